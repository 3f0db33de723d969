//! Editions of the platform's documentation, and their differences from the default edition.

use super::{
    Field, StringConstraints, StringType, ValueType,
    parts::{self, FieldParts},
};
use std::fmt;

/// An edition of the platform's documentation, which a tenant may implement in place of the default
/// one. Use [`Policy::edition`](crate::Policy::edition) to validate against an edition.
///
/// The types of this crate are those of the default edition, [`V2`](Self::V2). Every other edition
/// is a list of differences from the default edition ([`differences`](Self::differences)): fields
/// that it requires, omits or adds, and other limits and paths. A field that an edition adds has no
/// field in the Rust struct. It is kept in [`UnknownFields`](crate::UnknownFields), and validated
/// like any other field. A field that an edition omits is an unknown field.
///
/// ```
/// use miniprogram_protocol::{Edition, Policy, check_json_with, endpoint::InquiryPaymentRequest};
///
/// let policy = Policy::strict().edition(Edition::V1);
/// let error = check_json_with::<InquiryPaymentRequest>(br#"{"paymentId":"1"}"#, &policy).unwrap_err();
/// assert_eq!(error.to_string(), "/partnerId is required");
/// let json = br#"{"paymentId":"1","partnerId":"P-1"}"#;
/// assert!(check_json_with::<InquiryPaymentRequest>(json, &policy).is_ok());
/// ```
/// `Ord` sorts the editions in the order in which they are declared, which may change.
///
#[doc = include_str!("editions.md")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Edition {
    /// The default edition: version 2 of the endpoints, and version 1 of endpoints that have no
    /// other version.
    #[default]
    V2,
    /// Version 1 of the endpoints for payments, authorizations, users and messages. Endpoints
    /// without a known version 1 are those of `V2`.
    V1,
    /// Alipay+ Mini Program.
    AlipayPlus,
    /// The Mandiri edition.
    Mandiri,
    /// The TNG edition of the message endpoints. Its payment endpoints are those of
    /// [`V1`](Self::V1).
    Tng,
    /// The Be Super App edition, based on `V1`.
    BeSuperAppV1,
    /// Version 1 of the GCash edition, based on `V1`. Paths end with `.htm`.
    GcashV1,
    /// The Qi edition, based on `V1`.
    QiV1,
}

impl Edition {
    /// All editions.
    pub const ALL: &'static [Self] = &[
        Self::V2,
        Self::V1,
        Self::AlipayPlus,
        Self::Mandiri,
        Self::Tng,
        Self::BeSuperAppV1,
        Self::GcashV1,
        Self::QiV1,
    ];

    /// Returns the stable name, such as `"v1"`, which policy files and the `mpp` command use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V2 => "v2",
            Self::V1 => "v1",
            Self::AlipayPlus => "alipayPlus",
            Self::Mandiri => "mandiri",
            Self::Tng => "tng",
            Self::BeSuperAppV1 => "beSuperAppV1",
            Self::GcashV1 => "gcashV1",
            Self::QiV1 => "qiV1",
        }
    }

    /// Returns the edition with the given name.
    ///
    /// ```
    /// use miniprogram_protocol::Edition;
    ///
    /// assert_eq!(Edition::by_name("v1"), Some(Edition::V1));
    /// assert_eq!(Edition::by_name("V1"), None);
    /// ```
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|edition| edition.name() == name)
    }

    /// Returns the edition on which this one is based, or `None` for the default edition. An
    /// edition inherits the differences of its base, unless it overrides them.
    #[must_use]
    pub const fn base(self) -> Option<Self> {
        match self {
            Self::V2 => None,
            Self::V1 | Self::AlipayPlus | Self::Mandiri | Self::Tng => Some(Self::V2),
            Self::BeSuperAppV1 | Self::GcashV1 | Self::QiV1 => Some(Self::V1),
        }
    }

    /// Returns a one-sentence description.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::V2 => "The default edition: version 2 of the endpoints.",
            Self::V1 => "Version 1 of the endpoints.",
            Self::AlipayPlus => "Alipay+ Mini Program.",
            Self::Mandiri => "The Mandiri edition.",
            Self::Tng => {
                "The TNG edition of the message endpoints; its payment endpoints are those of v1."
            }
            Self::BeSuperAppV1 => "The Be Super App edition, based on v1.",
            Self::GcashV1 => "Version 1 of the GCash edition, based on v1.",
            Self::QiV1 => "The Qi edition, based on v1.",
        }
    }

    /// Returns the differences between the fields of this edition and those of the default edition.
    /// The differences of the [`base`](Self::base) come first; this edition's own differences
    /// follow, and take precedence.
    ///
    /// ```
    /// use miniprogram_protocol::{Edition, schema::FieldChange};
    ///
    /// let mut differences = Edition::Mandiri.differences();
    /// let result = differences.find(|difference| difference.field == "paymentResult").unwrap();
    /// assert_eq!(result.schema, "NotifyPaymentRequest");
    /// assert_eq!(result.change, FieldChange::Required);
    /// assert_eq!(Edition::V2.differences().count(), 0);
    /// ```
    pub fn differences(self) -> impl Iterator<Item = &'static FieldDifference> {
        let base = self.base().into_iter().flat_map(Self::own_differences);
        base.chain(self.own_differences())
    }

    /// Returns the differences between the fields of this edition and those of its
    /// [`base`](Self::base).
    pub fn own_differences(self) -> impl Iterator<Item = &'static FieldDifference> {
        FIELD_DIFFERENCES.iter().filter(move |each| each.edition == self)
    }

    /// Returns the differences between the paths of this edition and those of its base.
    ///
    /// ```
    /// use miniprogram_protocol::Edition;
    ///
    /// let paths: Vec<_> = Edition::Tng.path_differences().map(|each| each.path).collect();
    /// assert_eq!(paths, ["/v2/customers/message/sendByAccessToken"]);
    /// ```
    pub fn path_differences(self) -> impl Iterator<Item = &'static PathDifference> {
        PATH_DIFFERENCES.iter().filter(move |each| each.edition == self)
    }

    /// Returns the result codes whose status differs from that in the default edition.
    ///
    /// ```
    /// use miniprogram_protocol::Edition;
    ///
    /// let code = Edition::V1.code_differences().next().unwrap();
    /// assert_eq!((code.code, code.status), ("REQUEST_TRAFFIC_EXCEED_LIMIT", "U"));
    /// ```
    pub fn code_differences(self) -> impl Iterator<Item = &'static CodeDifference> {
        let applies = move |edition| edition == self || Some(edition) == self.base();
        CODE_DIFFERENCES.iter().filter(move |each| applies(each.edition))
    }

    /// Returns the suffix that the edition appends to the paths of version 1 endpoints.
    #[must_use]
    pub const fn path_suffix(self) -> &'static str {
        match self {
            Self::GcashV1 => ".htm",
            _ => "",
        }
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A difference between an edition and the default edition: a change to one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldDifference {
    /// The edition.
    pub edition: Edition,
    /// The name of the table.
    pub schema: &'static str,
    /// The name of the field in JSON.
    pub field: &'static str,
    /// The change.
    pub change: FieldChange,
    /// The edition and the pages of the documentation that contain the difference.
    pub source: &'static str,
}

/// A change to a field in an edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldChange {
    /// The field is required.
    Required,
    /// The field is optional.
    Optional,
    /// The field does not exist, so it is treated as an unknown field.
    Absent,
    /// The field exists only in this edition.
    Added(&'static Field),
    /// The maximum length of the string, in characters.
    MaxLength(u32),
    /// The array may have any number of elements.
    AnyNumberOfElements,
    /// The string must not contain [`FORBIDDEN_CHARACTERS`](super::FORBIDDEN_CHARACTERS).
    NoSpecialCharacters,
    /// The string can contain any characters, even special characters.
    AnyCharacters,
    /// The only valid values of the string.
    Values(&'static [&'static str]),
}

/// Formats the change in words, such as `at most 2048 characters`.
impl fmt::Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required => f.write_str("required"),
            Self::Optional => f.write_str("optional"),
            Self::Absent => f.write_str("does not exist"),
            Self::Added(field) => {
                f.write_str(if field.required { "added, required" } else { "added, optional" })?;
                let string = field.value_type.string_type();
                match string.and_then(|string| string.constraints.max_length) {
                    Some(length) => write!(f, ", at most {length} characters"),
                    None => Ok(()),
                }
            }
            Self::MaxLength(length) => write!(f, "at most {length} characters"),
            Self::AnyNumberOfElements => f.write_str("any number of elements"),
            Self::NoSpecialCharacters => f.write_str("no special characters (@ # ?)"),
            Self::AnyCharacters => f.write_str("any characters"),
            Self::Values(values) => write!(f, "only `{}`", values.join("`, `")),
        }
    }
}

/// A path of an endpoint in an edition. If an edition has several paths for one endpoint, requests
/// are sent to the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PathDifference {
    /// The edition.
    pub edition: Edition,
    /// The name of the endpoint.
    pub endpoint: &'static str,
    /// The path, without the tenant's prefix and the [suffix](Edition::path_suffix) of the edition.
    pub path: &'static str,
    /// The edition and the pages of the documentation that contain the path.
    pub source: &'static str,
}

/// A result code whose status in an edition differs from that in the default edition. The status is
/// not checked in this edition, because endpoints without a version 1 keep the default status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeDifference {
    /// The edition.
    pub edition: Edition,
    /// The result code.
    pub code: &'static str,
    /// The status of the code in version 1 of an endpoint.
    pub status: &'static str,
    /// The edition and the pages of the documentation that contain the difference.
    pub source: &'static str,
}

const CODE_DIFFERENCES: &[CodeDifference] = &[CodeDifference {
    edition: Edition::V1,
    code: "REQUEST_TRAFFIC_EXCEED_LIMIT",
    status: "U",
    source: "TNG; GCash, `uh7agv`; Spanish edition, `cancelToken` and version 1 of `inquiryRefund`",
}];

/// Declares the differences between the fields of editions, one per line.
macro_rules! field_differences {
    ($( $edition:ident: $Schema:ident $field:literal, $change:ident $(($($value:tt)+))?, $source:literal; )+) => {
        const FIELD_DIFFERENCES: &[FieldDifference] = &[$( FieldDifference {
            edition: Edition::$edition,
            schema: stringify!($Schema),
            field: $field,
            change: field_differences!(@change $field, $change $(($($value)+))?),
            source: $source,
        } ),+];
    };
    (@change $field:literal, Added($need:ident $($sensitive:ident)?, $length:literal, $docs:literal)) => {
        FieldChange::Added(&const {
            parts::field(FieldParts {
                name: $field,
                json_prefix: concat!("\"", $field, "\":"),
                docs: $docs,
                required: field_differences!(@is_required $need),
                absence_deviation: None,
                sensitive: field_differences!(@is_sensitive $($sensitive)?),
                value_type: ValueType::String(StringType {
                    constraints: StringConstraints::UNCONSTRAINED.max_length($length),
                    ..StringType::ANY
                }),
            })
        })
    };
    (@change $field:literal, $change:ident $(($($value:tt)+))?) => {
        FieldChange::$change $(($($value)+))?
    };
    (@is_required required) => { true };
    (@is_required optional) => { false };
    (@is_sensitive) => { false };
    (@is_sensitive sensitive) => { true };
}

field_differences! {
    V1: PayRequest "appId", Absent, "Qi, `v1_pay`; Rebell";
    V1: PayRequest "productCode", Required, "Qi, `v1_pay`; Rebell";
    V1: PayRequest "paymentRequestId", AnyCharacters, "Qi, `v1_pay`; Rebell";
    V1: PayRequest "salesCode", Absent, "Qi, `v1_pay`; Rebell";
    V1: PayRequest "paymentMethod", Absent, "Qi, `v1_pay`; Rebell";
    V1: PayRequest "paymentFactor", Absent, "Qi, `v1_pay`; Rebell";
    V1: PayRequest "paymentAuthCode", Added(optional sensitive, 128, "The access token of an agreement payment."), "Qi, `v1_pay`; Rebell";
    V1: PayRequest "extendInfo", MaxLength(2048), "Qi, `v1_pay`; Rebell";
    V1: InquiryPaymentRequest "partnerId", Added(required, 32, "The ID of the merchant, assigned by the super app."), "Mini Program Platform and demo edition, version 1 of `inquirypayment`; TNG, `dl7y4p`";
    V1: CancelRequest "extendInfo", MaxLength(2048), "Qi, `v1_cancel`";
    V1: CancelRequest "extendInfo", AnyCharacters, "Qi, `v1_cancel`";
    V1: InquiryRefundRequest "partnerId", Added(required, 32, "The ID of the merchant, assigned by the super app."), "TNG, `tp3ntm`; Spanish edition, version 1 of `inquiryRefund`";
    V1: SendInboxRequest "authClientId", Absent, "Qi, `v1_sendinbox`";
    V1: SendInboxRequest "templates", AnyNumberOfElements, "Qi, `v1_sendinbox`";
    V1: SendInboxRequest "extendInfo", Absent, "Qi, `v1_sendinbox`";
    V1: SendInboxResponse "messageId", MaxLength(258), "Qi, `v1_sendinbox`";
    V1: SendInboxResponse "extendInfo", Added(optional sensitive, 4096, "Extended information about the response."), "Qi, `v1_sendinbox`";

    AlipayPlus: MessageSendRequest "customerBelongsTo", Required, "Alipay+ Mini Program, `v2_miniprogram_send`";
    AlipayPlus: MessageSendRequest "authClientId", Required, "Alipay+ Mini Program, `v2_miniprogram_send`";
    AlipayPlus: ApplyTokenRequest "customerBelongsTo", Required, "Alipay+ Mini Program, `v2_applytoken`";
    AlipayPlus: InquiryUserInfoRequest "customerBelongsTo", Required, "Alipay+ Mini Program, `v2_users_inquiryuserinfo`";
    AlipayPlus: PayRequest "productCode", Required, "Alipay+ Mini Program, `v2_pay`";
    AlipayPlus: PayRequest "productCode", Values(&["CASHIER_PAYMENT"]), "Alipay+ Mini Program, `v2_pay`";
    AlipayPlus: PayRequest "paymentMethod", Required, "Alipay+ Mini Program, `v2_pay`";

    Mandiri: NotifyPaymentRequest "paymentId", NoSpecialCharacters, "Mini Program Platform, Mandiri edition, `notify_payment`";
    Mandiri: NotifyPaymentRequest "paymentRequestId", NoSpecialCharacters, "Mini Program Platform, Mandiri edition, `notify_payment`";
    Mandiri: NotifyPaymentRequest "paymentResult", Required, "Mini Program Platform, Mandiri edition, `notify_payment`";
    Mandiri: NotifyPaymentRequest "paymentCreateTime", Required, "Mini Program Platform, Mandiri edition, `notify_payment`";

    Tng: MessageSendRequest "authClientId", Absent, "TNG, `v2_miniprogram_send`";
    Tng: MessageSendResponse "messageId", Absent, "TNG, `v2_miniprogram_send`";

    BeSuperAppV1: PrepareRequest "extendInfo", Required, "Be Super App, `0xiol7gj`";
    BeSuperAppV1: PrepareRequest "extendInfo", MaxLength(2048), "Be Super App, `0xiol7gj`";
    BeSuperAppV1: InquiryUserInfoRequest "appId", Optional, "Be Super App, version 1 of `inquiryUserInfo`";
    BeSuperAppV1: RefundRequest "paymentId", Required, "Be Super App, `v1_refundApply`";
    BeSuperAppV1: InquiryRefundRequest "partnerId", Absent, "Be Super App, `v1_inquiryrefund`";
    BeSuperAppV1: InquiryRefundRequest "extendInfo", Absent, "Be Super App, `v1_inquiryrefund`";

    QiV1: PrepareRequest "extendInfo", Required, "Qi, `v1_oauthprepare`";
    QiV1: PayRequest "order", Required, "Qi, `v1_pay`";
    QiV1: CaptureRequest "isLastCapture", Absent, "Qi, `v1_capture`";
    QiV1: CaptureRequest "extendInfo", MaxLength(2048), "Qi, `v1_capture`";
    QiV1: RefundRequest "captureId", Added(optional, 64, "The ID of the capture, assigned by the super app."), "Qi, `v2_refund`";
    QiV1: InquiryRefundRequest "partnerId", Absent, "Qi, `v1_inquiryrefund`";
    QiV1: InquiryRefundRequest "extendInfo", Absent, "Qi, `v1_inquiryrefund`";
}

/// Declares the paths of editions, one per line.
macro_rules! path_differences {
    ($( $edition:ident: $endpoint:literal $path:literal, $source:literal; )+) => {
        const PATH_DIFFERENCES: &[PathDifference] = &[$( PathDifference {
            edition: Edition::$edition,
            endpoint: $endpoint,
            path: $path,
            source: $source,
        } ),+];
    };
}

path_differences! {
    V1: "sendInbox" "/v1/messages/sendInbox", "Qi, `v1_sendinbox`";
    V1: "applyToken" "/v1/authorizations/applyToken", "GCash, version 1";
    V1: "inquiryUserInfo" "/v1/users/inquiryUserInfo", "Be Super App; Qi";
    V1: "pay" "/v1/payments/pay", "Qi, `v1_pay`; Rebell";
    V1: "inquiryPayment" "/v1/payments/inquiryPayment", "TNG, `dl7y4p`";
    V1: "capture" "/v1/payments/capture", "Qi, `v1_capture`";
    V1: "cancel" "/v1/payments/cancel", "Qi, `v1_cancel`";
    V1: "void" "/v1/payments/void", "Rebell, `v1/payments/void`";
    V1: "refund" "/v1/payments/refund", "Qi, `v2_refund`; GCash";
    V1: "refund" "/v1/payments/refundApply", "Be Super App, `v1_refundApply`; Rebell";
    V1: "inquiryRefund" "/v1/payments/inquiryRefund", "Qi, `v1_inquiryrefund`; TNG, `tp3ntm`";

    Tng: "messageSend" "/v2/customers/message/sendByAccessToken", "TNG, `v2_miniprogram_send`";

    BeSuperAppV1: "refund" "/v1/payments/refundApply", "Be Super App, `v1_refundApply`";

    GcashV1: "refund" "/v1/payments/refund", "GCash, version 1";
    GcashV1: "inquiryUserInfo" "/v1/customers/user/inquiryUserInfoByAccessToken", "GCash, version 1";

    QiV1: "refund" "/v1/payments/refund", "Qi, `v2_refund`";
}
