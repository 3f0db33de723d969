use super::string::string_type;
use crate::json::{JsonText, SyntaxError};
use serde_json::Value;

string_type! {
    /// Extended information: a string that usually contains JSON. `Debug` hides it.
    ///
    /// Any string that satisfies the constraints on its field is valid. In the specification's
    /// examples, the string contains JSON. An object in place of the string is a `type` violation.
    ///
    /// ```
    /// use miniprogram_protocol::ExtendInfo;
    ///
    /// let info = ExtendInfo::from(r#"{"referralCode":"12345"}"#);
    /// assert_eq!(info.parse_json().unwrap().to_value().unwrap()["referralCode"], "12345");
    /// assert_eq!(ExtendInfo::from(serde_json::json!({"referralCode": "12345"})), info);
    /// assert!(ExtendInfo::from("not JSON").parse_json().is_err());
    /// ```
    pub struct ExtendInfo: None, hidden;
}

impl ExtendInfo {
    /// Parses the string as JSON.
    ///
    /// # Errors
    /// Returns a syntax error if the string is not valid JSON.
    pub fn parse_json(&self) -> Result<JsonText, SyntaxError> {
        JsonText::parse(self.as_str())
    }
}

impl From<JsonText> for ExtendInfo {
    fn from(json: JsonText) -> Self {
        String::from(json).into()
    }
}

impl From<Value> for ExtendInfo {
    fn from(value: Value) -> Self {
        value.to_string().into()
    }
}
