//! The data dictionary of the platform, as a struct for each table and an enum for each list of
//! valid values.
//!
//! *Mini programs* are small applications that run inside a *super app*, such as a wallet. The
//! *Mini Program Platform* connects super apps with the *merchants* whose mini programs they run.
//! The tables of the data dictionary, such as [`Order`] and [`User`], describe the data that the
//! platform, super apps and merchants exchange.
//!
//! Structs and fields have the names of the specification in Rust style: the JSON field
//! `orderAmount` is [`Order::order_amount`]. Refer to [`Result`] as `dictionary::Result`, as you
//! would refer to `fmt::Result`.
//!
//! `new` takes the required fields. A single field is an argument, and several fields are named in
//! a struct such as [`OrderRequired`]; only [`Amount::new`] takes two arguments. Each optional
//! field has a setter of the same name, which takes a value or an `Option`.
//!
//! ```
//! use miniprogram_protocol::{
//!     Validate,
//!     dictionary::{Amount, Merchant, MerchantRequired, Order, OrderRequired},
//! };
//!
//! let merchant = Merchant::new(MerchantRequired {
//!     reference_merchant_id: "218812000470",
//!     merchant_name: "Shoe Shop",
//! });
//! let order = Order::new(OrderRequired {
//!     reference_order_id: "2026112200017",
//!     order_description: "A pair of shoes",
//!     order_amount: Amount::new("USD", 4990),
//!     merchant: merchant.merchant_mcc("5661"),
//! })
//! .order_create_time("2026-11-22T12:01:01+08:30");
//! assert!(order.validate().is_ok());
//! ```
//!
//! A missing required field is a compile error:
//!
//! ```compile_fail,E0063
//! use miniprogram_protocol::dictionary::{Merchant, MerchantRequired};
//!
//! let merchant = Merchant::new(MerchantRequired { merchant_name: "Shoe Shop" });
//! ```

mod address;
mod amount;
mod app;
mod buyer;
mod device;
mod env;
mod goods;
mod merchant;
mod message;
mod message_content;
mod money;
mod order;
mod payment;
mod result;
mod shipping;
mod user;

pub use address::Address;
pub use amount::Amount;
pub use app::{
    Category, CategoryRequired, DeployAppInfo, DeployAppInfoRequired, RelatedEnv, ReleaseStatus,
};
pub use buyer::Buyer;
pub use device::DeviceInfo;
pub use env::{Env, OsType, TerminalType};
pub use goods::{Goods, GoodsRequired};
pub use merchant::{Merchant, MerchantRequired, MerchantStore};
pub use message::{
    Message, MessageChannel, MessageRequired, MessageSendResult, MessageSendResultRequired,
};
pub use message_content::{
    InboxBody, InboxContent, InboxFooter, InboxHeader, InboxTarget, Localized, MessageContent,
    PushContent, SmsContent,
};
pub use money::AmountError;
pub use order::{Order, OrderRequired};
pub use payment::{PaymentMethod, PaymentMethodType};
pub(crate) use result::codes;
pub use result::{NextStep, Result, ResultCode, ResultStatus};
pub use shipping::{Shipping, ShippingRequired};
pub use user::{
    ContactInfo, ContactInfoRequired, ContactType, Gender, LoginIdInfo, LoginIdType, User,
    UserName, UserStatus,
};
