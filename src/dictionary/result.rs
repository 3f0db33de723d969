use crate::{
    model::{string_enum, table},
    read::ProtocolType,
    report::Error,
    schema::{Constraints, CrossFieldRule},
};

table! {
    /// How a call went.
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
        /// The status.
        ///
        /// Example: `"S"`
        result_status: ResultStatus as "resultStatus", required;

        /// The code.
        result_code: ResultCode as "resultCode", optional, max_length(64);

        /// What describes the code in detail. Its wording varies and is not to be compared.
        result_message: String as "resultMessage", optional, max_length(256);
    }
}

string_enum! {
    /// The status of a call: [`Result::result_status`](Result).
    pub enum ResultStatus: closed {
        /// Successful.
        Success = "S",
        /// Failed.
        Failed = "F",
        /// Unknown: the call is to be repeated.
        Unknown = "U",
        /// Accepted, not yet succeeded, but some actions can be taken.
        Accepted = "A",
    }
}

/// Declares the result codes the way the documents do: code, status and message a line.
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
            /// The codes that are common to the calls.
            pub const COMMON: &'static [Self] = &[$(Self::$Variant),+];

            /// A code of the table comes with the status of the table.
            pub(crate) const STATUS_OF_CODE: CrossFieldRule = CrossFieldRule::ValueByKey {
                field: "resultStatus",
                key: "resultCode",
                values: &[$(($code, $status)),+],
            };

            /// The status that goes with the code; `None` if the code is not listed.
            #[must_use]
            pub const fn status(&self) -> Option<ResultStatus> {
                match self {
                    $( Self::$Variant => Some(ResultStatus::$Status), )+
                    Self::Other(_) => None,
                }
            }

            /// The message that the documents give the code; `None` if the code is not listed.
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
    /// Why a call went as it did: [`Result::result_code`](Result).
    ///
    /// The listed codes are those of the call that synchronizes a mini program, which are common to
    /// the calls of the platform; a call may have codes of its own.
    ///
    /// ```
    /// use miniprogram_protocol::dictionary::{ResultCode, ResultStatus};
    ///
    /// let code = ResultCode::from("UNKNOWN_EXCEPTION");
    /// assert_eq!(code.status(), Some(ResultStatus::Unknown));
    /// assert_eq!(ResultCode::from("USER_NOT_SUBSCRIBED").status(), None);
    /// ```
    pub enum ResultCode {
        /// The call was successful.
        Success = "SUCCESS", Success = "S", "Success";
        /// The business failed. The call is not to be repeated.
        ProcessFail = "PROCESS_FAIL", Failed = "F", "A general business failure occurred. Do not retry.";
        /// A parameter is illegal: not a number, an invalid date and so on.
        ParamIllegal = "PARAM_ILLEGAL", Failed = "F", "Illegal parameters. For example, non-numeric input, invalid date.";
        /// The called API does not exist or is not active.
        InvalidApi = "INVALID_API", Failed = "F", "The called API is invalid or not active.";
        /// Access is denied.
        AccessDenied = "ACCESS_DENIED", Failed = "F", "Access is denied";
        /// There are too many requests.
        RequestTrafficExceedLimit = "REQUEST_TRAFFIC_EXCEED_LIMIT", Failed = "F", "The request traffic exceeds the limit.";
        /// The call failed for unknown reasons.
        UnknownException = "UNKNOWN_EXCEPTION", Unknown = "U", "An API call failed, which is caused by unknown reasons.";
    }
}

impl From<&Error> for Result {
    /// Returns the result for an invalid request: `PARAM_ILLEGAL`, with the violations as its
    /// message, truncated to the maximum length.
    fn from(error: &Error) -> Self {
        let max_length = match Self::SCHEMA.field("resultMessage").map(|field| field.constraints) {
            Some(Constraints::String(string)) => string.max_length.map(|length| length as usize),
            _ => None,
        };
        let message = error.to_string().replace('\n', "; ");
        let message = message.chars().take(max_length.unwrap_or(usize::MAX));
        Self::from(ResultCode::ParamIllegal).result_message(message.collect::<String>())
    }
}

impl From<Error> for Result {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

impl From<ResultCode> for Result {
    /// The code with its status and message. A code that is not listed is a failure without
    /// message: set what it is.
    fn from(code: ResultCode) -> Self {
        let mut result = Self::new(code.status().unwrap_or(ResultStatus::Failed));
        result.result_message = code.message().map(Into::into);
        result.result_code(code)
    }
}
