use super::string::string_type;
use crate::json::{JsonText, SyntaxError};
use serde_json::Value;

string_type! {
    /// Extended information: a text, which by custom is JSON.
    ///
    /// Any text is valid within the limits of its row; the documents' examples show what it holds
    /// decoded, so an object in place of the text is a violation `type`. `Debug` hides it.
    ///
    /// ```
    /// use miniprogram_protocol::ExtendInfo;
    ///
    /// let info = ExtendInfo::from(r#"{"referralCode":"12345"}"#);
    /// assert_eq!(info.to_json().unwrap().to_value().unwrap()["referralCode"], "12345");
    /// assert_eq!(ExtendInfo::from(serde_json::json!({"referralCode": "12345"})), info);
    /// assert!(ExtendInfo::from("plain words").to_json().is_err());
    /// ```
    pub struct ExtendInfo: None, hidden;
}

impl ExtendInfo {
    /// The JSON value that the text is.
    ///
    /// # Errors
    /// Where and why the text is no JSON.
    pub fn to_json(&self) -> Result<JsonText, SyntaxError> {
        JsonText::parse(self)
    }
}

impl From<Value> for ExtendInfo {
    fn from(value: Value) -> Self {
        value.to_string().into()
    }
}
