//! The order of an imaginary tenant, Example Wallet, which extends the specification's order with a
//! loyalty card, installments and a pickup point.
//!
//! The tests show that these types support everything that the specification's types support.

use miniprogram_protocol::{
    CustomFormat, Datetime, ExtendInfo, Format,
    dictionary::{Amount, Buyer, Env, Goods, Merchant, Shipping},
    protocol_type,
    schema::Constant,
};

/// The format of [`CardNumber`].
pub static CARD_NUMBER: CustomFormat = CustomFormat::new(
    "wallet-card-number",
    "EW and eight digits, the last of which is a check digit",
    |string| {
        let digits = string.strip_prefix("EW").unwrap_or_default().as_bytes();
        let is_number = digits.len() == 8 && digits.iter().all(u8::is_ascii_digit);
        is_number && digits.iter().map(|digit| u32::from(digit - b'0')).sum::<u32>() % 10 == 0
    },
)
.pattern("^EW[0-9]{8}$")
.samples(&["EW00000000", "EW12345672", "EW99999997"])
.near_misses(&["EW00000001", "EW0000000", "ew00000000", "00000000", "EW000000000"]);

protocol_type! {
    /// The number of a loyalty card.
    pub struct CardNumber(String): Format::Custom(&CARD_NUMBER), sensitive;
}

protocol_type! {
    /// The level of the loyalty program.
    pub enum LoyaltyLevel: closed {
        /// The level of every new member.
        Basic = "BASIC",
        /// The level of members with at least 10,000 points.
        Gold = "GOLD",
        /// The level of invited members.
        Platinum = "PLATINUM",
    }
}

protocol_type! {
    /// A loyalty card of the buyer.
    pub struct LoyaltyCard(LoyaltyCardRequired) in "Example Wallet integration guide" {
        /// The number of the card.
        number: CardNumber as "number", required;

        /// The level of the buyer.
        ///
        /// Example: `"GOLD"`
        level: LoyaltyLevel as "level", required;

        /// The points that the buyer spends on the order.
        points: i64 as "points", optional, range(1, 1_000_000);
    }
}

protocol_type! {
    /// Payment in installments.
    pub struct Installments(InstallmentsRequired) in "Example Wallet integration guide" {
        /// The number of installments.
        count: i64 as "count", required, range(2, 24);

        /// The date and time of the first installment.
        first_due: Datetime as "firstDue", required;
    }
}

protocol_type! {
    /// An order with the fields of the specification's
    /// [`Order`](miniprogram_protocol::dictionary::Order) and additional fields.
    pub struct WalletOrder(WalletOrderRequired) in "Example Wallet integration guide" {
        /// The unique ID of the order, assigned by the merchant. It has at most 32 characters,
        /// fewer than in the specification.
        reference_order_id: String as "referenceOrderId", required, max_length(32).no_special_characters();

        /// The description of the order.
        order_description: String as "orderDescription", required, max_length(256);

        /// The total amount of the order.
        order_amount: Amount as "orderAmount", required;

        /// The date and time when the order was created.
        order_create_time: Datetime as "orderCreateTime", optional;

        /// The merchant with which the order is placed.
        merchant: Merchant as "merchant", required;

        /// The ordered goods. At most 100 entries are allowed, while the specification sets no
        /// limit.
        goods: Vec<Goods> as "goods", optional, max_items(100);

        /// The shipping information.
        shipping: Shipping as "shipping", optional;

        /// The buyer who places the order.
        buyer: Buyer as "buyer", optional;

        /// The environment in which the order is placed, such as the device.
        env: Env as "env", optional;

        /// Extended information that is needed only in special cases.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096).no_special_characters();

        /// The buyer's loyalty cards.
        loyalty_cards: Vec<LoyaltyCard> as "loyaltyCards", optional, max_items(3);

        /// Payment in installments.
        installments: Installments as "installments", optional;

        /// The ID of the pickup point.
        pickup_point_id: String as "pickupPointId", optional, max_length(64).no_special_characters();

        /// The phone number to which the pickup code is sent.
        pickup_phone: String as "pickupPhone", optional sensitive, max_length(20);

        /// True if the order is a gift.
        is_gift: bool as "isGift", optional;

        /// The name on the gift card.
        gift_name: String as "giftName", optional sensitive, max_length(128);
    }
    cross_field_rules:
        CrossFieldRule::AllOrNone(&["pickupPointId", "pickupPhone"]),
        CrossFieldRule::RequiredIf { field: "giftName", when: "isGift", is: Constant::Boolean(true) };
}
