use crate::{
    model::{string_enum, table},
    read::ProtocolType,
    report::Error,
    schema::CrossFieldRule,
};

table! {
    /// The result of a request.
    ///
    /// ```
    /// use miniprogram_protocol::dictionary::{self, ResultCode, ResultStatus};
    ///
    /// let result = dictionary::Result::from(ResultCode::ParamIllegal);
    /// assert_eq!(result.result_status, ResultStatus::Failed);
    /// let result = dictionary::Result::new("S").result_code("SUCCESS");
    /// assert_eq!(result.result_code, Some(ResultCode::Success));
    /// ```
    pub struct Result in DataDictionary {
        /// The status of the result.
        ///
        /// Example: `"S"`
        result_status: ResultStatus as "resultStatus", required;

        /// The result code.
        result_code: ResultCode as "resultCode", optional, max_length(64);

        /// A message that describes the result code in detail. Do not rely on its wording, which
        /// varies.
        result_message: String as "resultMessage", optional, max_length(256);
    }
}

string_enum! {
    /// The status of a request.
    ///
    /// Used by [`Result::result_status`](Result).
    pub enum ResultStatus: closed {
        /// The request succeeded.
        Success = "S",
        /// The request failed.
        Failed = "F",
        /// The status is unknown, and the caller should retry.
        Unknown = "U",
        /// The request was accepted. It has not succeeded yet, but some actions can proceed.
        Accepted = "A",
    }
}

/// Declares the result codes of the specification, one per line with its status and message.
macro_rules! result_codes {
    (
        $(#[doc = $about:literal])*
        pub enum $Name:ident {
            $( $(#[doc = $doc:literal])* $Variant:ident = $code:literal, $Status:ident = $status:literal, $message:literal; )+
        }
    ) => {
        string_enum! {
            $(#[doc = $about])*
            pub enum $Name: open {
                $( $(#[doc = $doc])* $Variant = $code, )+
            }
        }

        impl $Name {
            /// The codes that are common to all endpoints.
            pub const COMMON: &'static [Self] = &[$(Self::$Variant),+];

            /// The cross-field rule that a known code requires its own status.
            pub(crate) const STATUS_MATCHES_CODE: CrossFieldRule = CrossFieldRule::ValueByKey {
                field: "resultStatus",
                key: "resultCode",
                values: &[$(($code, $status)),+],
            };

            /// Returns the status that belongs to the code, or `None` if the code is unknown.
            #[must_use]
            pub const fn status(&self) -> Option<ResultStatus> {
                match self {
                    $( Self::$Variant => Some(ResultStatus::$Status), )+
                    Self::Other(_) => None,
                }
            }

            /// Returns the specification's message for the code, or `None` if the code is unknown.
            #[must_use]
            pub const fn message(&self) -> Option<&'static str> {
                match self {
                    $( Self::$Variant => Some($message), )+
                    Self::Other(_) => None,
                }
            }
        }
    };
}

result_codes! {
    /// A result code.
    ///
    /// Used by [`Result::result_code`](Result). The known codes are those of
    /// [`MerchantSync`](crate::endpoint::MerchantSync), which are common to the endpoints of the
    /// platform. An endpoint may also have its own codes.
    ///
    /// ```
    /// use miniprogram_protocol::dictionary::{ResultCode, ResultStatus};
    ///
    /// let code = ResultCode::from("UNKNOWN_EXCEPTION");
    /// assert_eq!(code.status(), Some(ResultStatus::Unknown));
    /// assert_eq!(ResultCode::from("USER_NOT_SUBSCRIBED").status(), None);
    /// ```
    pub enum ResultCode {
        /// The request succeeded.
        Success = "SUCCESS", Success = "S", "Success";
        /// A general business failure occurred. Do not retry.
        ProcessFail = "PROCESS_FAIL", Failed = "F", "A general business failure occurred. Do not retry.";
        /// A parameter is illegal, for example because it is not numeric or not a valid date.
        ParamIllegal = "PARAM_ILLEGAL", Failed = "F", "Illegal parameters. For example, non-numeric input, invalid date.";
        /// The API is invalid or not active.
        InvalidApi = "INVALID_API", Failed = "F", "The called API is invalid or not active.";
        /// Access is denied.
        AccessDenied = "ACCESS_DENIED", Failed = "F", "Access is denied";
        /// The request traffic exceeds the limit.
        RequestTrafficExceedLimit = "REQUEST_TRAFFIC_EXCEED_LIMIT", Failed = "F", "The request traffic exceeds the limit.";
        /// The request failed for unknown reasons.
        UnknownException = "UNKNOWN_EXCEPTION", Unknown = "U", "An API call failed, which is caused by unknown reasons.";
    }
}

impl From<&Error> for Result {
    /// Returns the result for an invalid request: the code `PARAM_ILLEGAL`, with the violations as
    /// its message. The message is truncated to the maximum length of the field.
    fn from(error: &Error) -> Self {
        let field = Self::SCHEMA.field("resultMessage");
        let string_type = field.and_then(|field| field.value_type.string_type());
        let max_length = string_type.and_then(|string| string.constraints.max_length);
        let message = error.to_string().replace('\n', "; ");
        let message = message.chars().take(max_length.map_or(usize::MAX, |length| length as usize));
        Self::from(ResultCode::ParamIllegal).result_message(message.collect::<String>())
    }
}

impl From<Error> for Result {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

impl From<ResultCode> for Result {
    /// Returns a result with the code, and with the status and message that belong to the code. If
    /// the code is unknown, the status is `F` and the message is absent.
    fn from(code: ResultCode) -> Self {
        let mut result = Self::new(code.status().unwrap_or(ResultStatus::Failed));
        result.result_message = code.message().map(Into::into);
        result.result_code(code)
    }
}
