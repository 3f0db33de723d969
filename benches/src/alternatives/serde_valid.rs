//! The structs of [`plain`](super::plain) with constraints for `serde_valid`, whose length
//! constraints count grapheme clusters instead of characters.

use crate::custom::for_serde_valid;
use serde::{Deserialize, Serialize};
use serde_valid::Validate;

/// The result of an API call.
#[derive(Debug, Deserialize, Serialize, Validate)]
#[serde(rename_all = "camelCase")]
pub struct Result {
    #[validate(custom = for_serde_valid::result_status)]
    pub result_status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 64)]
    pub result_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 256)]
    pub result_message: Option<String>,
}

/// A user of a super app.
#[derive(Debug, Deserialize, Serialize, Validate)]
#[serde(rename_all = "camelCase")]
pub struct User {
    #[validate(max_length = 64)]
    pub user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(custom = for_serde_valid::user_status)]
    pub status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 256)]
    pub nick_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate]
    #[validate(custom = for_serde_valid::at_least_one_name_part)]
    pub user_name: Option<UserName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate]
    pub user_addresses: Option<Vec<Address>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 512)]
    pub avatar: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(custom = for_serde_valid::gender)]
    pub gender: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(custom = for_serde_valid::date_time)]
    pub birth_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 2)]
    #[validate(custom = for_serde_valid::region)]
    pub nationality: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate]
    pub login_id_infos: Option<Vec<LoginIdInfo>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate]
    pub contact_infos: Option<Vec<ContactInfo>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 4096)]
    pub extend_info: Option<String>,
}

/// The name of a person.
#[derive(Debug, Deserialize, Serialize, Validate)]
#[serde(rename_all = "camelCase")]
pub struct UserName {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 128)]
    pub full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 32)]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 32)]
    pub middle_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 32)]
    pub last_name: Option<String>,
}

/// A login ID of a user.
#[derive(Debug, Deserialize, Serialize, Validate)]
#[serde(rename_all = "camelCase")]
pub struct LoginIdInfo {
    #[validate(custom = for_serde_valid::login_id_type)]
    pub login_id_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 64)]
    pub login_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 64)]
    pub mask_login_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 256)]
    pub hash_login_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 4096)]
    pub extend_info: Option<String>,
}

/// Contact information of a user.
#[derive(Debug, Deserialize, Serialize, Validate)]
#[serde(rename_all = "camelCase")]
#[validate(custom = for_serde_valid::check_contact_number)]
pub struct ContactInfo {
    pub contact_type: String,
    #[validate(max_length = 64)]
    pub contact_no: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 4096)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub extend_info: Option<String>,
}

/// An order.
#[derive(Debug, Deserialize, Serialize, Validate)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    #[validate(max_length = 64)]
    pub reference_order_id: String,
    #[validate(max_length = 256)]
    pub order_description: String,
    #[validate]
    pub order_amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(custom = for_serde_valid::date_time)]
    pub order_create_time: Option<String>,
    #[validate]
    pub merchant: Merchant,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate]
    pub goods: Option<Vec<Goods>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate]
    pub shipping: Option<Shipping>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate]
    pub buyer: Option<Buyer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate]
    pub env: Option<Env>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 4096)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub extend_info: Option<String>,
}

/// An item of an order.
#[derive(Debug, Deserialize, Serialize, Validate)]
#[serde(rename_all = "camelCase")]
pub struct Goods {
    #[validate(max_length = 64)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub reference_goods_id: String,
    #[validate(max_length = 256)]
    pub goods_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 256)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub goods_category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 32)]
    pub goods_brand: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate]
    pub goods_unit_amount: Option<Amount>,
    #[validate]
    pub goods_payment_amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(minimum = 1)]
    pub goods_quantity: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 64)]
    pub goods_sku_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 2048)]
    pub goods_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 2048)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub extend_info: Option<String>,
}

/// An amount of money.
#[derive(Debug, Deserialize, Serialize, Validate)]
#[serde(rename_all = "camelCase")]
pub struct Amount {
    #[validate(max_length = 3)]
    #[validate(custom = for_serde_valid::currency)]
    pub currency: String,
    #[validate(minimum = 0)]
    #[validate(maximum = 2_147_483_647)]
    pub value: i64,
}

/// A merchant.
#[derive(Debug, Deserialize, Serialize, Validate)]
#[serde(rename_all = "camelCase")]
pub struct Merchant {
    #[validate(max_length = 32)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub reference_merchant_id: String,
    #[serde(rename = "merchantMCC", skip_serializing_if = "Option::is_none")]
    #[validate(min_length = 1)]
    #[validate(max_length = 32)]
    #[validate(custom = for_serde_valid::mcc)]
    pub merchant_mcc: Option<String>,
    #[validate(max_length = 256)]
    pub merchant_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 64)]
    pub merchant_display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate]
    pub merchant_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(custom = for_serde_valid::date_time)]
    pub merchant_register_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate]
    pub merchant_store: Option<MerchantStore>,
}

/// A store of a merchant.
#[derive(Debug, Deserialize, Serialize, Validate)]
#[serde(rename_all = "camelCase")]
pub struct MerchantStore {
    #[validate(max_length = 64)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub reference_store_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 256)]
    pub store_name: Option<String>,
    #[serde(rename = "storeMCC", skip_serializing_if = "Option::is_none")]
    #[validate(min_length = 1)]
    #[validate(max_length = 32)]
    #[validate(custom = for_serde_valid::mcc)]
    pub store_mcc: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 64)]
    pub store_display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 64)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub store_terminal_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 64)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub store_operator_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate]
    pub store_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 64)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub store_phone_no: Option<String>,
}

/// An address.
#[derive(Debug, Deserialize, Serialize, Validate)]
#[serde(rename_all = "camelCase")]
#[validate(custom = for_serde_valid::check_coordinates)]
pub struct Address {
    #[validate(max_length = 2)]
    #[validate(custom = for_serde_valid::region)]
    pub region: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 32)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 32)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 256)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub address1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 256)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub address2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 64)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 32)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub zip_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 32)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub longitude: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 32)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub latitude: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 4096)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub extend_info: Option<String>,
}

/// The shipping information of an order.
#[derive(Debug, Deserialize, Serialize, Validate)]
#[serde(rename_all = "camelCase")]
pub struct Shipping {
    #[validate]
    pub shipping_name: UserName,
    #[validate]
    pub shipping_address: Address,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 128)]
    pub shipping_carrier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 16)]
    pub shipping_phone_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate]
    pub shipping_fee: Option<Amount>,
}

/// The buyer of an order.
#[derive(Debug, Deserialize, Serialize, Validate)]
#[serde(rename_all = "camelCase")]
pub struct Buyer {
    #[validate(max_length = 64)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub reference_buyer_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate]
    pub buyer_name: Option<UserName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 64)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub buyer_phone_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 128)]
    pub buyer_email: Option<String>,
}

/// The environment in which an order is placed.
#[derive(Debug, Deserialize, Serialize, Validate)]
#[serde(rename_all = "camelCase")]
pub struct Env {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(custom = for_serde_valid::terminal_type)]
    pub terminal_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(custom = for_serde_valid::os_type)]
    pub os_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 1024)]
    pub user_agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 128)]
    pub device_token_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 64)]
    pub client_ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 128)]
    pub cookie_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 64)]
    pub store_terminal_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 32)]
    #[validate(custom = for_serde_valid::date_time)]
    pub store_terminal_request_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[validate(max_length = 4096)]
    #[validate(custom = for_serde_valid::no_special_characters)]
    pub extend_info: Option<String>,
}
