use crate::{
    model::{string_enum, table},
    read::ProtocolType,
    report::Error,
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

/// Declares the result codes, each with its status and, if the specification has one, its message.
/// The codes that are common to all endpoints come first. `$d` is a dollar sign.
macro_rules! result_codes {
    (
        $d:tt
        $(#[doc = $about:literal])*
        pub enum $Name:ident {
            common: {
                $( $(#[doc = $doc:literal])* $Variant:ident = $code:literal, $Status:ident = $status:literal, $message:literal; )+
            }
            others: {
                $( $(#[doc = $other_doc:literal])* $Other:ident = $other_code:literal, $OtherStatus:ident = $other_status:literal; )+
            }
        }
    ) => {
        string_enum! {
            $(#[doc = $about])*
            pub enum $Name: open {
                $( $(#[doc = $doc])* $Variant = $code, )+
                $( $(#[doc = $other_doc])* $Other = $other_code, )+
            }
        }

        impl $Name {
            /// The codes that are common to all endpoints.
            pub const COMMON: &'static [Self] = &[$(Self::$Variant),+];

            /// Returns the status that belongs to the code, or `None` if the code is unknown.
            #[must_use]
            pub const fn status(&self) -> Option<ResultStatus> {
                match self {
                    $( Self::$Variant => Some(ResultStatus::$Status), )+
                    $( Self::$Other => Some(ResultStatus::$OtherStatus), )+
                    Self::Other(_) => None,
                }
            }

            /// Returns the specification's message for the code, or `None` if the code is unknown or
            /// has no message.
            #[must_use]
            pub const fn message(&self) -> Option<&'static str> {
                match self {
                    $( Self::$Variant => Some($message), )+
                    _ => None,
                }
            }

            /// Returns the code and its status as strings, which are empty if the code is unknown.
            const fn code_and_status(&self) -> (&'static str, &'static str) {
                match self {
                    $( Self::$Variant => ($code, $status), )+
                    $( Self::$Other => ($other_code, $other_status), )+
                    Self::Other(_) => ("", ""),
                }
            }
        }

        /// Expands to a constant slice of the given result codes. If the first word is `common`,
        /// the slice starts with the common codes.
        macro_rules! codes {
            (common $d($d own:ident),*) => {
                &[$( $crate::dictionary::$Name::$Variant, )+ $d( $crate::dictionary::$Name::$d own, )*]
            };
            ($d($d own:ident),+) => { &[$d( $crate::dictionary::$Name::$d own, )+] };
        }
        pub(crate) use codes;
    };
}

impl ResultCode {
    /// Pairs each code with its status, for the cross-field rule of an endpoint.
    #[allow(clippy::indexing_slicing, reason = "evaluated at compile time")]
    pub(crate) const fn codes_and_statuses<const N: usize>(
        codes: &[Self],
    ) -> [(&'static str, &'static str); N] {
        let mut codes_and_statuses = [("", ""); N];
        let mut index = 0;
        while index < N {
            codes_and_statuses[index] = codes[index].code_and_status();
            index += 1;
        }
        codes_and_statuses
    }
}

result_codes! {
    $
    /// A result code.
    ///
    /// Used by [`Result::result_code`](Result). The first seven codes are those of
    /// [`MerchantSync`](crate::endpoint::MerchantSync), which are common to the endpoints of the
    /// platform. The others are specific to certain endpoints, whose
    /// [`EndpointMetadata`](crate::endpoint::EndpointMetadata) lists them.
    ///
    /// ```
    /// use miniprogram_protocol::dictionary::{ResultCode, ResultStatus};
    ///
    /// let code = ResultCode::from("UNKNOWN_EXCEPTION");
    /// assert_eq!(code.status(), Some(ResultStatus::Unknown));
    /// assert_eq!(ResultCode::from("OUT_OF_SHOES").status(), None);
    /// ```
    pub enum ResultCode {
        common: {
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
        others: {
            /// The payment is in progress. Inquire about it, or wait for its notification.
            PaymentInProcess = "PAYMENT_IN_PROCESS", Unknown = "U";
            /// The payment was accepted. Continue with the action in the response.
            Accept = "ACCEPT", Accepted = "A";
            /// An earlier request with the same ID had different content.
            RepeatReqInconsistent = "REPEAT_REQ_INCONSISTENT", Failed = "F";
            /// The amount exceeds the limit for payments.
            PaymentAmountExceedLimit = "PAYMENT_AMOUNT_EXCEED_LIMIT", Failed = "F";
            /// The user does not exist.
            UserNotExist = "USER_NOT_EXIST", Failed = "F";
            /// The status of the user does not allow the request.
            UserStatusAbnormal = "USER_STATUS_ABNORMAL", Failed = "F";
            /// The balance of the user is too low.
            UserBalanceNotEnough = "USER_BALANCE_NOT_ENOUGH", Failed = "F";
            /// The partner does not exist.
            PartnerNotExist = "PARTNER_NOT_EXIST", Failed = "F";
            /// The status of the partner does not allow the request.
            PartnerStatusAbnormal = "PARTNER_STATUS_ABNORMAL", Failed = "F";
            /// The request was rejected by risk control.
            RiskReject = "RISK_REJECT", Failed = "F";
            /// The currency is not supported.
            CurrencyNotSupport = "CURRENCY_NOT_SUPPORT", Failed = "F";
            /// The status of the order does not allow the request.
            OrderStatusInvalid = "ORDER_STATUS_INVALID", Failed = "F";
            /// The access token is invalid.
            InvalidAccessToken = "INVALID_ACCESS_TOKEN", Failed = "F";
            /// The amount exceeds the limit of the user.
            UserAmountExceedLimit = "USER_AMOUNT_EXCEED_LIMIT", Failed = "F";
            /// The authorization code has already been used.
            AuthCodeAlreadyUsed = "AUTH_CODE_ALREADY_USED", Failed = "F";
            /// The code is invalid.
            InvalidCode = "INVALID_CODE", Failed = "F";
            /// The agent token has expired.
            ExpiredAgentToken = "EXPIRED_AGENT_TOKEN", Failed = "F";
            /// The agent token is invalid.
            InvalidAgentToken = "INVALID_AGENT_TOKEN", Failed = "F";
            /// The authorization was cancelled.
            AuthCancelled = "AUTH_CANCELLED", Failed = "F";
            /// The authorization has expired.
            AuthExpired = "AUTH_EXPIRED", Failed = "F";
            /// The authorization does not exist.
            AuthNotFound = "AUTH_NOT_FOUND", Failed = "F";
            /// The capture is in progress.
            CaptureInProcess = "CAPTURE_IN_PROCESS", Unknown = "U";
            /// The token is invalid.
            InvalidToken = "INVALID_TOKEN", Failed = "F";
            /// The number of payments exceeds the limit.
            PaymentCountExceedLimit = "PAYMENT_COUNT_EXCEED_LIMIT", Failed = "F";
            /// The captured amount exceeds the authorized amount.
            CaptureAmountExceedAuthLimit = "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT", Failed = "F";
            /// The key for verifying the signature was not found.
            KeyNotFound = "KEY_NOT_FOUND", Failed = "F";
            /// The client is invalid.
            ClientInvalid = "CLIENT_INVALID", Failed = "F";
            /// The signature is invalid.
            SignatureInvalid = "SIGNATURE_INVALID", Failed = "F";
            /// The HTTP method is not supported.
            MethodNotSupported = "METHOD_NOT_SUPPORTED", Failed = "F";
            /// The media type is not acceptable.
            MediaTypeNotAcceptable = "MEDIA_TYPE_NOT_ACCEPTABLE", Failed = "F";
            /// The request was accepted.
            AcceptedSuccess = "ACCEPTED_SUCCESS", Accepted = "A";
            /// The order does not exist.
            OrderNotExists = "ORDER_NOT_EXISTS", Failed = "F";
            /// The order is frozen.
            OrderIsFrozen = "ORDER_IS_FROZEN", Failed = "F";
            /// The order does not support the operation.
            OrderUnsupportedOperation = "ORDER_UNSUPPORTED_OPERATION", Failed = "F";
            /// The currency differs from the currency of the order.
            CurrencyNotSame = "CURRENCY_NOT_SAME", Failed = "F";
            /// The amount exceeds the limit.
            AmountExceedsLimit = "AMOUNT_EXCEEDS_LIMIT", Failed = "F";
            /// Another operation on the same order is in progress.
            MutexOperationInProcessing = "MUTEX_OPERATION_IN_PROCESSING", Failed = "F";
            /// The merchant does not exist.
            MerchantNotExist = "MERCHANT_NOT_EXIST", Failed = "F";
            /// The user does not exist.
            UserNotExists = "USER_NOT_EXISTS", Failed = "F";
            /// The status of the merchant does not allow the request.
            MerchantStatusAbnormal = "MERCHANT_STATUS_ABNORMAL", Failed = "F";
            /// A system error occurred.
            SystemError = "SYSTEM_ERROR", Unknown = "U";
            /// The refund does not exist: it was not accepted, and may be treated as failed.
            RefundNotExist = "REFUND_NOT_EXIST", Failed = "F";
            /// The client does not support the grant type.
            AuthClientUnsupportedGrantType = "AUTH_CLIENT_UNSUPPORTED_GRANT_TYPE", Failed = "F";
            /// The merchant is unknown, or has not been onboarded.
            InvalidAuthClient = "INVALID_AUTH_CLIENT", Failed = "F";
            /// The status of the merchant is invalid.
            InvalidAuthClientStatus = "INVALID_AUTH_CLIENT_STATUS", Failed = "F";
            /// The scope of the authorization is invalid.
            InvalidScope = "INVALID_SCOPE", Failed = "F";
            /// The refresh token does not exist.
            InvalidRefreshToken = "INVALID_REFRESH_TOKEN", Failed = "F";
            /// The refresh token has expired.
            ExpiredRefreshToken = "EXPIRED_REFRESH_TOKEN", Failed = "F";
            /// The refresh token has already been used.
            UsedRefreshToken = "USED_REFRESH_TOKEN", Failed = "F";
            /// The authorization code does not exist.
            InvalidAuthcode = "INVALID_AUTHCODE", Failed = "F";
            /// The authorization code has already been used.
            UsedAuthcode = "USED_AUTHCODE", Failed = "F";
            /// The authorization code has expired. The mini program gets a new one from the super app.
            ExpiredAuthcode = "EXPIRED_AUTHCODE", Failed = "F";
            /// The access token has expired. Renew it with the refresh token.
            ExpiredAccessToken = "EXPIRED_ACCESS_TOKEN", Failed = "F";
            /// The template does not exist.
            TemplateNotExist = "TEMPLATE_NOT_EXIST", Failed = "F";
            /// The user has not subscribed to the channel.
            UserNotSubscribed = "USER_NOT_SUBSCRIBED", Failed = "F";
            /// The super app's limit on the frequency of messages is exceeded.
            MessageSendExceedLimit = "MESSAGE_SEND_EXCEED_LIMIT", Failed = "F";
        }
    }
}

/// The next step of a client that has received a [`Result`], as returned by [`Result::next_step`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NextStep {
    /// The request succeeded. No further step is needed.
    Finish,
    /// The request failed. Do not repeat it until the cause, which the result code identifies, has
    /// been resolved.
    Stop,
    /// The status of the request is unknown. Send the same request again, with the same idempotency
    /// key. Do not treat the request as failed.
    Retry,
    /// Too many requests were sent. Send the same request again later, and reduce the request rate.
    RetryLater,
    /// The request is in progress, or was accepted. Continue with the action in the response, if
    /// there is one, and then inquire about the status or wait for the notification. Do not treat the
    /// request as failed.
    Inquire,
}

impl Result {
    /// Returns the next step of a client that has received this result.
    ///
    /// | Status | Result code | Next step |
    /// |---|---|---|
    /// | any except `S` | `REQUEST_TRAFFIC_EXCEED_LIMIT` | [`RetryLater`](NextStep::RetryLater) |
    /// | `S` | any | [`Finish`](NextStep::Finish) |
    /// | `F` | any | [`Stop`](NextStep::Stop) |
    /// | `A` | any | [`Inquire`](NextStep::Inquire) |
    /// | `U` | `PAYMENT_IN_PROCESS`, `CAPTURE_IN_PROCESS` | [`Inquire`](NextStep::Inquire) |
    /// | `U` | any | [`Retry`](NextStep::Retry) |
    /// | unknown | any | [`Retry`](NextStep::Retry) |
    ///
    /// A request to an endpoint without an idempotency key may be processed twice if it is retried.
    ///
    /// ```
    /// use miniprogram_protocol::dictionary::{NextStep, Result, ResultCode};
    ///
    /// assert_eq!(Result::from(ResultCode::UnknownException).next_step(), NextStep::Retry);
    /// assert_eq!(Result::from(ResultCode::PaymentInProcess).next_step(), NextStep::Inquire);
    /// assert_eq!(Result::new("F").result_code("OUT_OF_SHOES").next_step(), NextStep::Stop);
    /// ```
    #[must_use]
    pub const fn next_step(&self) -> NextStep {
        match (&self.result_status, &self.result_code) {
            (ResultStatus::Success, _) => NextStep::Finish,
            (_, Some(ResultCode::RequestTrafficExceedLimit)) => NextStep::RetryLater,
            (ResultStatus::Failed, _) => NextStep::Stop,
            (ResultStatus::Accepted, _)
            | (
                ResultStatus::Unknown,
                Some(ResultCode::PaymentInProcess | ResultCode::CaptureInProcess),
            ) => NextStep::Inquire,
            (ResultStatus::Unknown | ResultStatus::Other(_), _) => NextStep::Retry,
        }
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
