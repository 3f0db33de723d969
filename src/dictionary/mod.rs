//! The data dictionary of the platform: a struct for each table, and an enum for each list of valid
//! values.
//!
//! *Mini programs* are small applications that run inside a *super app*, such as a wallet. *Mini
//! Program Platform* connects super apps with the *merchants* whose mini programs they run. The
//! tables of the data dictionary, such as [`Order`] and [`User`], describe the data that all of
//! them exchange.
//!
//! Structs and fields are named as in the specification, but in Rust style: the JSON field
//! `orderAmount` is [`Order::order_amount`]. [`Result`] is meant to be used as
//! `dictionary::Result`, like `fmt::Result`.
//!
//! Required fields are parameters of `new` or, if there are many, fields of a separate struct (such
//! as [`DeployAppInfoRequired`]). Each optional field has a setter of the same name.
//!
//! ```
//! use miniprogram_protocol::{Validate, dictionary::{Amount, Goods, Merchant, Order}};
//!
//! let order = Order::new(
//!     "2026112200017",
//!     "A pair of shoes",
//!     Amount::new("USD", 4990),
//!     Merchant::new("218812000470", "Shoe Shop").merchant_mcc("5661"),
//! )
//! .goods([Goods::new("SHOE-42", "Sneakers", Amount::new("USD", 4990)).goods_quantity(1)]);
//! assert!(order.validate().is_ok());
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
mod order;
mod payment;
mod result;
mod shipping;
mod user;

pub use address::Address;
pub use amount::Amount;
pub use app::{Category, DeployAppInfo, DeployAppInfoRequired, RelatedEnv, ReleaseStatus};
pub use buyer::Buyer;
pub use device::DeviceInfo;
pub use env::{Env, OsType, TerminalType};
pub use goods::Goods;
pub use merchant::{Merchant, MerchantStore};
pub use message::{Message, MessageChannel, MessageSendResult};
pub use message_content::{
    InboxBody, InboxContent, InboxFooter, InboxHeader, InboxTarget, Localized, MessageContent,
    PushContent, SmsContent,
};
pub use order::Order;
pub use payment::{PaymentMethod, PaymentMethodType};
pub use result::{Result, ResultCode, ResultStatus};
pub use shipping::Shipping;
pub use user::{
    ContactInfo, ContactType, Gender, LoginIdInfo, LoginIdType, User, UserName, UserStatus,
};
