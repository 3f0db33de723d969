//! Structs with `String` fields and derived serde traits, with constraints for `garde` and
//! `validator`.

use crate::custom::{for_garde, for_validator};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// The result of an API call.
#[derive(Debug, Deserialize, Serialize, garde::Validate, Validate)]
#[serde(rename_all = "camelCase")]
pub struct Result {
    #[garde(custom(for_garde::result_status))]
    #[validate(custom(function = for_validator::result_status))]
    pub result_status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 64))]
    #[validate(length(max = 64))]
    pub result_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 256))]
    #[validate(length(max = 256))]
    pub result_message: Option<String>,
}

/// A user of a super app.
#[derive(Debug, Deserialize, Serialize, garde::Validate, Validate)]
#[serde(rename_all = "camelCase")]
pub struct User {
    #[garde(length(chars, max = 64))]
    #[validate(length(max = 64))]
    pub user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(custom(for_garde::user_status))]
    #[validate(custom(function = for_validator::user_status))]
    pub status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 256))]
    #[validate(length(max = 256))]
    pub nick_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(dive, custom(for_garde::at_least_one_name_part))]
    #[validate(nested, custom(function = for_validator::at_least_one_name_part))]
    pub user_name: Option<UserName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    #[validate(nested)]
    pub user_addresses: Option<Vec<Address>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 512))]
    #[validate(length(max = 512))]
    pub avatar: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(custom(for_garde::gender))]
    #[validate(custom(function = for_validator::gender))]
    pub gender: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(custom(for_garde::date_time))]
    #[validate(custom(function = for_validator::date_time))]
    pub birth_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 2), custom(for_garde::region))]
    #[validate(length(max = 2), custom(function = for_validator::region))]
    pub nationality: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    #[validate(nested)]
    pub login_id_infos: Option<Vec<LoginIdInfo>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    #[validate(nested)]
    pub contact_infos: Option<Vec<ContactInfo>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 4096))]
    #[validate(length(max = 4096))]
    pub extend_info: Option<String>,
}

/// The name of a person.
#[derive(Debug, Deserialize, Serialize, garde::Validate, Validate)]
#[serde(rename_all = "camelCase")]
pub struct UserName {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 128))]
    #[validate(length(max = 128))]
    pub full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 32))]
    #[validate(length(max = 32))]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 32))]
    #[validate(length(max = 32))]
    pub middle_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 32))]
    #[validate(length(max = 32))]
    pub last_name: Option<String>,
}

/// A login ID of a user.
#[derive(Debug, Deserialize, Serialize, garde::Validate, Validate)]
#[serde(rename_all = "camelCase")]
pub struct LoginIdInfo {
    #[garde(custom(for_garde::login_id_type))]
    #[validate(custom(function = for_validator::login_id_type))]
    pub login_id_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 64))]
    #[validate(length(max = 64))]
    pub login_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 64))]
    #[validate(length(max = 64))]
    pub mask_login_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 256))]
    #[validate(length(max = 256))]
    pub hash_login_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 4096))]
    #[validate(length(max = 4096))]
    pub extend_info: Option<String>,
}

/// Contact information of a user.
#[derive(Debug, Deserialize, Serialize, garde::Validate, Validate)]
#[serde(rename_all = "camelCase")]
#[validate(schema(function = for_validator::check_contact_number, skip_on_field_errors = false))]
pub struct ContactInfo {
    #[garde(skip)]
    pub contact_type: String,
    #[garde(length(chars, max = 64), custom(for_garde::phone_number_check(&self.contact_type)))]
    #[validate(length(max = 64))]
    pub contact_no: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 4096), custom(for_garde::no_special_characters))]
    #[validate(length(max = 4096), custom(function = for_validator::no_special_characters))]
    pub extend_info: Option<String>,
}

/// An order.
#[derive(Debug, Deserialize, Serialize, garde::Validate, Validate)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    #[garde(length(chars, max = 64))]
    #[validate(length(max = 64))]
    pub reference_order_id: String,
    #[garde(length(chars, max = 256))]
    #[validate(length(max = 256))]
    pub order_description: String,
    #[garde(dive)]
    #[validate(nested)]
    pub order_amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(custom(for_garde::date_time))]
    #[validate(custom(function = for_validator::date_time))]
    pub order_create_time: Option<String>,
    #[garde(dive)]
    #[validate(nested)]
    pub merchant: Merchant,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    #[validate(nested)]
    pub goods: Option<Vec<Goods>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    #[validate(nested)]
    pub shipping: Option<Shipping>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    #[validate(nested)]
    pub buyer: Option<Buyer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    #[validate(nested)]
    pub env: Option<Env>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 4096), custom(for_garde::no_special_characters))]
    #[validate(length(max = 4096), custom(function = for_validator::no_special_characters))]
    pub extend_info: Option<String>,
}

/// An item of an order.
#[derive(Debug, Deserialize, Serialize, garde::Validate, Validate)]
#[serde(rename_all = "camelCase")]
pub struct Goods {
    #[garde(length(chars, max = 64), custom(for_garde::no_special_characters))]
    #[validate(length(max = 64), custom(function = for_validator::no_special_characters))]
    pub reference_goods_id: String,
    #[garde(length(chars, max = 256))]
    #[validate(length(max = 256))]
    pub goods_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 256), custom(for_garde::no_special_characters))]
    #[validate(length(max = 256), custom(function = for_validator::no_special_characters))]
    pub goods_category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 32))]
    #[validate(length(max = 32))]
    pub goods_brand: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    #[validate(nested)]
    pub goods_unit_amount: Option<Amount>,
    #[garde(dive)]
    #[validate(nested)]
    pub goods_payment_amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(range(min = 1))]
    #[validate(range(min = 1))]
    pub goods_quantity: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 64))]
    #[validate(length(max = 64))]
    pub goods_sku_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 2048))]
    #[validate(length(max = 2048))]
    pub goods_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 2048), custom(for_garde::no_special_characters))]
    #[validate(length(max = 2048), custom(function = for_validator::no_special_characters))]
    pub extend_info: Option<String>,
}

/// An amount of money.
#[derive(Debug, Deserialize, Serialize, garde::Validate, Validate)]
#[serde(rename_all = "camelCase")]
pub struct Amount {
    #[garde(length(chars, max = 3), custom(for_garde::currency))]
    #[validate(length(max = 3), custom(function = for_validator::currency))]
    pub currency: String,
    #[garde(range(min = 0, max = 2_147_483_647))]
    #[validate(range(min = 0, max = 2_147_483_647))]
    pub value: i64,
}

/// A merchant.
#[derive(Debug, Deserialize, Serialize, garde::Validate, Validate)]
#[serde(rename_all = "camelCase")]
pub struct Merchant {
    #[garde(length(chars, max = 32), custom(for_garde::no_special_characters))]
    #[validate(length(max = 32), custom(function = for_validator::no_special_characters))]
    pub reference_merchant_id: String,
    #[serde(rename = "merchantMCC", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, min = 1, max = 32), custom(for_garde::mcc))]
    #[validate(length(min = 1, max = 32), custom(function = for_validator::mcc))]
    pub merchant_mcc: Option<String>,
    #[garde(length(chars, max = 256))]
    #[validate(length(max = 256))]
    pub merchant_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 64))]
    #[validate(length(max = 64))]
    pub merchant_display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    #[validate(nested)]
    pub merchant_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(custom(for_garde::date_time))]
    #[validate(custom(function = for_validator::date_time))]
    pub merchant_register_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    #[validate(nested)]
    pub merchant_store: Option<MerchantStore>,
}

/// A store of a merchant.
#[derive(Debug, Deserialize, Serialize, garde::Validate, Validate)]
#[serde(rename_all = "camelCase")]
pub struct MerchantStore {
    #[garde(length(chars, max = 64), custom(for_garde::no_special_characters))]
    #[validate(length(max = 64), custom(function = for_validator::no_special_characters))]
    pub reference_store_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 256))]
    #[validate(length(max = 256))]
    pub store_name: Option<String>,
    #[serde(rename = "storeMCC", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, min = 1, max = 32), custom(for_garde::mcc))]
    #[validate(length(min = 1, max = 32), custom(function = for_validator::mcc))]
    pub store_mcc: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 64))]
    #[validate(length(max = 64))]
    pub store_display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 64), custom(for_garde::no_special_characters))]
    #[validate(length(max = 64), custom(function = for_validator::no_special_characters))]
    pub store_terminal_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 64), custom(for_garde::no_special_characters))]
    #[validate(length(max = 64), custom(function = for_validator::no_special_characters))]
    pub store_operator_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    #[validate(nested)]
    pub store_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 64), custom(for_garde::no_special_characters))]
    #[validate(length(max = 64), custom(function = for_validator::no_special_characters))]
    pub store_phone_no: Option<String>,
}

/// An address.
#[derive(Debug, Deserialize, Serialize, garde::Validate, Validate)]
#[serde(rename_all = "camelCase")]
#[validate(schema(function = for_validator::check_coordinates, skip_on_field_errors = false))]
pub struct Address {
    #[garde(length(chars, max = 2), custom(for_garde::region))]
    #[validate(length(max = 2), custom(function = for_validator::region))]
    pub region: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 32), custom(for_garde::no_special_characters))]
    #[validate(length(max = 32), custom(function = for_validator::no_special_characters))]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 32), custom(for_garde::no_special_characters))]
    #[validate(length(max = 32), custom(function = for_validator::no_special_characters))]
    pub city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 256), custom(for_garde::no_special_characters))]
    #[validate(length(max = 256), custom(function = for_validator::no_special_characters))]
    pub address1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 256), custom(for_garde::no_special_characters))]
    #[validate(length(max = 256), custom(function = for_validator::no_special_characters))]
    pub address2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 64), custom(for_garde::no_special_characters))]
    #[validate(length(max = 64), custom(function = for_validator::no_special_characters))]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 32), custom(for_garde::no_special_characters))]
    #[validate(length(max = 32), custom(function = for_validator::no_special_characters))]
    pub zip_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 32), custom(for_garde::no_special_characters), custom(for_garde::all_or_none_check(&self.latitude)))]
    #[validate(length(max = 32), custom(function = for_validator::no_special_characters))]
    pub longitude: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 32), custom(for_garde::no_special_characters))]
    #[validate(length(max = 32), custom(function = for_validator::no_special_characters))]
    pub latitude: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 4096), custom(for_garde::no_special_characters))]
    #[validate(length(max = 4096), custom(function = for_validator::no_special_characters))]
    pub extend_info: Option<String>,
}

/// The shipping information of an order.
#[derive(Debug, Deserialize, Serialize, garde::Validate, Validate)]
#[serde(rename_all = "camelCase")]
pub struct Shipping {
    #[garde(dive)]
    #[validate(nested)]
    pub shipping_name: UserName,
    #[garde(dive)]
    #[validate(nested)]
    pub shipping_address: Address,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 128))]
    #[validate(length(max = 128))]
    pub shipping_carrier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 16))]
    #[validate(length(max = 16))]
    pub shipping_phone_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    #[validate(nested)]
    pub shipping_fee: Option<Amount>,
}

/// The buyer of an order.
#[derive(Debug, Deserialize, Serialize, garde::Validate, Validate)]
#[serde(rename_all = "camelCase")]
pub struct Buyer {
    #[garde(length(chars, max = 64), custom(for_garde::no_special_characters))]
    #[validate(length(max = 64), custom(function = for_validator::no_special_characters))]
    pub reference_buyer_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    #[validate(nested)]
    pub buyer_name: Option<UserName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 64), custom(for_garde::no_special_characters))]
    #[validate(length(max = 64), custom(function = for_validator::no_special_characters))]
    pub buyer_phone_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 128))]
    #[validate(length(max = 128))]
    pub buyer_email: Option<String>,
}

/// The environment in which an order is placed.
#[derive(Debug, Deserialize, Serialize, garde::Validate, Validate)]
#[serde(rename_all = "camelCase")]
pub struct Env {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(custom(for_garde::terminal_type))]
    #[validate(custom(function = for_validator::terminal_type))]
    pub terminal_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(custom(for_garde::os_type))]
    #[validate(custom(function = for_validator::os_type))]
    pub os_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 1024))]
    #[validate(length(max = 1024))]
    pub user_agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 128))]
    #[validate(length(max = 128))]
    pub device_token_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 64))]
    #[validate(length(max = 64))]
    pub client_ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 128))]
    #[validate(length(max = 128))]
    pub cookie_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 64))]
    #[validate(length(max = 64))]
    pub store_terminal_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 32), custom(for_garde::date_time))]
    #[validate(length(max = 32), custom(function = for_validator::date_time))]
    pub store_terminal_request_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 4096), custom(for_garde::no_special_characters))]
    #[validate(length(max = 4096), custom(function = for_validator::no_special_characters))]
    pub extend_info: Option<String>,
}

/// A notification that the super app sends to a user.
#[derive(Debug, Deserialize, Serialize, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    #[garde(length(chars, max = 64), custom(for_garde::no_special_characters))]
    pub message_id: String,
    #[garde(length(chars, max = 32))]
    pub customer_id: String,
    #[garde(custom(for_garde::message_channel))]
    pub message_channel: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 64), custom(for_garde::no_special_characters))]
    pub template_code: Option<String>,
    #[garde(length(chars, max = 4096), custom(for_garde::json_object))]
    pub message_content: String,
    #[garde(length(chars, max = 4096), custom(for_garde::no_special_characters))]
    pub extend_info: String,
}
