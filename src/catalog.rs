//! The lists of all schemas and endpoints, and the functions that depend on them: lookup by name or
//! path, the policy methods that change fields, and the deserialization of violations.

use crate::{
    dictionary::{self, ResultStatus},
    endpoint,
    endpoint::{Endpoint as _, EndpointMetadata, Family},
    model::UnknownValueError,
    policy::{self, FieldLimits, FieldLimitsError, ForbiddenCharacters, Policy},
    read::ProtocolType,
    report::{UnresolvedViolation, Violation, ViolationKind},
    schema::{
        CrossFieldRule, Deviation, Edition, EnumSchema, ExchangeRule, FieldChange, Schema,
        SourceDocument, StringType, ValueType,
    },
    validate::ValidationContext,
};
use serde::de::{Deserialize, Deserializer};
use std::str::FromStr;

/// Calls a macro with the module and name of every table in [`Schema::ALL`], in the order of the
/// specification.
macro_rules! for_each_table {
    ($macro:ident) => {
        $macro! {
            dictionary::Message,
            dictionary::Result,
            dictionary::MessageSendResult,
            dictionary::Amount,
            dictionary::Order,
            dictionary::Merchant,
            dictionary::MerchantStore,
            dictionary::Goods,
            dictionary::Shipping,
            dictionary::Buyer,
            dictionary::Env,
            dictionary::UserName,
            dictionary::Address,
            dictionary::PaymentMethod,
            dictionary::DeviceInfo,
            dictionary::DeployAppInfo,
            dictionary::Category,
            dictionary::User,
            dictionary::LoginIdInfo,
            dictionary::ContactInfo,
            endpoint::MerchantSyncRequest,
            endpoint::MerchantSyncResponse,
            endpoint::NotifyCardRegistrationRequest,
            endpoint::NotifyCardRegistrationResponse,
            endpoint::CardField,
            endpoint::PlatformMessageSendRequest,
            endpoint::PlatformMessageSendResponse,
            endpoint::OperatorSyncRequest,
            endpoint::OperatorSyncResponse,
            endpoint::InquireOperatorInfoRequest,
            endpoint::InquireOperatorInfoResponse,
            endpoint::Operator,
            endpoint::OperatorRole,
            endpoint::IssueCardRequest,
            endpoint::IssueCardResponse,
            endpoint::UpdateCardDetailRequest,
            endpoint::UpdateCardDetailResponse,
            endpoint::InquireCardDetailRequest,
            endpoint::InquireCardDetailResponse,
            endpoint::CardDetail,
            endpoint::InquireMemberAssetsRequest,
            endpoint::InquireMemberAssetsResponse,
            endpoint::AssetDetail,
            endpoint::BenefitSyncRequest,
            endpoint::BenefitSyncResponse,
            endpoint::BenefitUsedSyncRequest,
            endpoint::BenefitUsedSyncResponse,
            endpoint::MessageSendRequest,
            endpoint::MessageSendResponse,
            endpoint::ContentTemplate,
            endpoint::TemplateParameters,
            endpoint::SendInboxRequest,
            endpoint::SendInboxResponse,
            endpoint::QrcodeCreateRequest,
            endpoint::QrcodeCreateResponse,
            endpoint::DecorateUploadRequest,
            endpoint::DecorateUploadResponse,
            endpoint::AppInfoListQueryRequest,
            endpoint::AppInfoListQueryResponse,
            endpoint::PrepareRequest,
            endpoint::PrepareResponse,
            endpoint::ApplyTokenRequest,
            endpoint::ApplyTokenResponse,
            endpoint::CancelTokenRequest,
            endpoint::CancelTokenResponse,
            endpoint::InquiryUserInfoRequest,
            endpoint::InquiryUserInfoResponse,
            endpoint::PayRequest,
            endpoint::PayResponse,
            endpoint::PaymentFactor,
            endpoint::RedirectActionForm,
            endpoint::InquiryPaymentRequest,
            endpoint::InquiryPaymentResponse,
            endpoint::Transaction,
            endpoint::NotifyPaymentRequest,
            endpoint::NotifyPaymentResponse,
            endpoint::CaptureRequest,
            endpoint::CaptureResponse,
            endpoint::CancelRequest,
            endpoint::CancelResponse,
            endpoint::VoidRequest,
            endpoint::VoidResponse,
            endpoint::NotifyVoidRequest,
            endpoint::NotifyVoidResponse,
            endpoint::RefundRequest,
            endpoint::RefundResponse,
            endpoint::InquiryRefundRequest,
            endpoint::InquiryRefundResponse,
            endpoint::TransactionNotifyRequest,
            endpoint::TransactionNotifyResponse,
        }
    };
}
#[cfg(any(feature = "arbitrary", feature = "schemars", feature = "utoipa"))]
pub(crate) use for_each_table;

/// Calls a macro with the module and name of every protocol type: the tables, including those in
/// message content, the enums, and the other types of fields.
#[cfg(any(feature = "arbitrary", feature = "schemars", feature = "utoipa"))]
macro_rules! for_each_type {
    ($macro:ident) => {
        $crate::catalog::for_each_table!($macro);
        $macro! {
            dictionary::PushContent,
            dictionary::SmsContent,
            dictionary::InboxContent,
            dictionary::InboxHeader,
            dictionary::InboxBody,
            dictionary::InboxFooter,
            dictionary::InboxTarget,
            dictionary::MessageContent,
            dictionary::MessageChannel,
            dictionary::ReleaseStatus,
            dictionary::RelatedEnv,
            dictionary::UserStatus,
            dictionary::Gender,
            dictionary::LoginIdType,
            dictionary::ContactType,
            dictionary::TerminalType,
            dictionary::OsType,
            dictionary::PaymentMethodType,
            dictionary::ResultStatus,
            dictionary::ResultCode,
            endpoint::OperatorStatus,
            endpoint::CustomerBelongsTo,
            endpoint::CardFieldCode,
            endpoint::CardDetailCode,
            endpoint::AssetType,
            endpoint::BenefitClientCode,
            endpoint::AppQrCodeType,
            endpoint::QrcodePictureType,
            endpoint::AppInfoOrderKey,
            endpoint::AppInfoOrderType,
            endpoint::AppStatus,
            endpoint::AuthorizationScope,
            endpoint::GrantType,
            endpoint::ProductCode,
            endpoint::ActionMethod,
            endpoint::PaymentStatus,
            endpoint::VoidSource,
            endpoint::RefundStatus,
            model::CurrencyCode,
            model::Datetime,
            model::ExtendInfo,
            model::Mcc,
            model::MinorUnits,
            model::RegionCode,
            model::UnixMillis,
        }
    };
}
#[cfg(any(feature = "arbitrary", feature = "schemars", feature = "utoipa"))]
pub(crate) use for_each_type;

macro_rules! schemas {
    ($($module:ident::$Name:ident,)+) => {
        &[$($module::$Name::SCHEMA),+]
    };
}

impl Schema {
    /// The 20 tables of the data dictionary and the tables of the endpoints. The tables in
    /// message content, such as [`PushContent`](crate::dictionary::PushContent), are not included.
    pub const ALL: &'static [&'static Self] = for_each_table!(schemas);

    /// Returns the schema of the table with the given name.
    ///
    /// ```
    /// use miniprogram_protocol::Schema;
    ///
    /// assert_eq!(Schema::by_name("Order").unwrap().name, "Order");
    /// assert!(Schema::by_name("order").is_none());
    /// ```
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().copied().find(|schema| schema.name == name)
    }
}

impl Schema {
    /// Returns the family of the endpoints whose requests or responses contain the table, or `None`
    /// for a table of the data dictionary or of an application.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     ProtocolType,
    ///     dictionary::Amount,
    ///     endpoint::{CardField, Family},
    /// };
    ///
    /// assert_eq!(CardField::SCHEMA.family(), Some(Family::Memberships));
    /// assert_eq!(Amount::SCHEMA.family(), None);
    /// ```
    #[must_use]
    pub fn family(&self) -> Option<Family> {
        if self.source == SourceDocument::DataDictionary {
            return None;
        }
        let contains_self = |endpoint: &&&EndpointMetadata| {
            endpoint.request.is_or_contains(self) || endpoint.response.is_or_contains(self)
        };
        EndpointMetadata::ALL.iter().find(contains_self).map(|endpoint| endpoint.family)
    }

    /// Returns whether this table is `other`, or contains it at any depth.
    fn is_or_contains(&self, other: &Self) -> bool {
        let nested = self.fields.iter().filter_map(|field| field.value_type.object_schema());
        self.type_path == other.type_path
            || nested.into_iter().any(|each| each.is_or_contains(other))
    }
}

impl EnumSchema {
    /// Returns the enums of the fields in [`Schema::ALL`], in the order in which they first occur.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        let mut enums: Vec<&'static Self> = Vec::new();
        for field in Schema::ALL.iter().flat_map(|schema| schema.fields) {
            if let Some(schema) = field.value_type.enum_schema() {
                if !enums.contains(&schema) {
                    enums.push(schema);
                }
            }
        }
        enums.into_iter()
    }

    /// Returns the enum with the given name.
    ///
    /// ```
    /// use miniprogram_protocol::schema::EnumSchema;
    ///
    /// let channel = EnumSchema::by_name("MessageChannel").unwrap();
    /// assert_eq!(channel.values, ["SMS", "PUSH", "INBOX"]);
    /// assert!(EnumSchema::by_name("messageChannel").is_none());
    /// ```
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        Self::all().find(|schema| schema.name == name)
    }
}

impl EndpointMetadata {
    /// All endpoints, grouped by family.
    #[allow(deprecated, reason = "deprecated endpoints can still be used")]
    pub const ALL: &'static [&'static Self] = &[
        endpoint::MerchantSync::METADATA,
        endpoint::OperatorSync::METADATA,
        endpoint::InquireOperatorInfo::METADATA,
        endpoint::NotifyCardRegistration::METADATA,
        endpoint::IssueCard::METADATA,
        endpoint::UpdateCardDetail::METADATA,
        endpoint::InquireCardDetail::METADATA,
        endpoint::InquireMemberAssets::METADATA,
        endpoint::BenefitSync::METADATA,
        endpoint::BenefitUsedSync::METADATA,
        endpoint::PlatformMessageSend::METADATA,
        endpoint::MessageSend::METADATA,
        endpoint::SendInbox::METADATA,
        endpoint::QrcodeCreate::METADATA,
        endpoint::DecorateUpload::METADATA,
        endpoint::AppInfoListQuery::METADATA,
        endpoint::Prepare::METADATA,
        endpoint::ApplyToken::METADATA,
        endpoint::CancelToken::METADATA,
        endpoint::InquiryUserInfo::METADATA,
        endpoint::Pay::METADATA,
        endpoint::InquiryPayment::METADATA,
        endpoint::NotifyPayment::METADATA,
        endpoint::Capture::METADATA,
        endpoint::Cancel::METADATA,
        endpoint::Void::METADATA,
        endpoint::NotifyVoid::METADATA,
        endpoint::Refund::METADATA,
        endpoint::InquiryRefund::METADATA,
        endpoint::TransactionNotify::METADATA,
    ];

    /// Returns the endpoint with the given name.
    ///
    /// ```
    /// use miniprogram_protocol::endpoint::EndpointMetadata;
    ///
    /// let endpoint = EndpointMetadata::by_name("notifyCardRegistration").unwrap();
    /// assert_eq!(endpoint.request.name, "NotifyCardRegistrationRequest");
    /// assert!(EndpointMetadata::by_name("notify").is_none());
    /// ```
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().copied().find(|endpoint| endpoint.name == name)
    }

    /// Returns the endpoint to which a request is sent, given its path. The path may also be one of
    /// the endpoint's [`aliases`](Self::aliases). `prefix` is the tenant's prefix for all paths,
    /// such as `/api/open`, or empty. The query is ignored, but must not contain whitespace,
    /// control characters or non-ASCII characters, because the response to such a request could not
    /// be signed.
    ///
    /// ```
    /// use miniprogram_protocol::endpoint::EndpointMetadata;
    ///
    /// let path = "/api/open/v2/pds/merchant/sync";
    /// let endpoint = EndpointMetadata::match_path(path, "/api/open").unwrap();
    /// assert_eq!(endpoint.name, "merchantSync");
    /// assert!(EndpointMetadata::match_path("/v2/pds/merchant/sync", "/api/open").is_none());
    /// ```
    #[must_use]
    pub fn match_path(path_and_query: &str, prefix: &str) -> Option<&'static Self> {
        Edition::V2.match_path(path_and_query, prefix)
    }
}

impl Edition {
    /// Returns the paths of an endpoint in this edition, without the tenant's prefix. Requests are
    /// sent to the first path.
    ///
    /// ```
    /// use miniprogram_protocol::{Edition, endpoint::{Endpoint, Pay, Refund}};
    ///
    /// assert!(Edition::V2.paths(Pay::METADATA).eq(["/v2/payments/pay"]));
    /// assert!(Edition::GcashV1.paths(Pay::METADATA).eq(["/v1/payments/pay.htm"]));
    /// let refund = ["/v1/payments/refund", "/v1/payments/refundApply"];
    /// assert!(Edition::V1.paths(Refund::METADATA).eq(refund));
    /// ```
    pub fn paths(self, endpoint: &EndpointMetadata) -> impl Iterator<Item = String> + use<> {
        self.paths_without_suffix(endpoint)
            .map(move |path| format!("{path}{}", self.path_suffix_for(path)))
    }

    /// Returns the suffix that the edition appends to a path.
    fn path_suffix_for(self, path: &str) -> &'static str {
        if path.starts_with("/v1/") { self.path_suffix() } else { "" }
    }

    fn paths_without_suffix(
        self,
        endpoint: &EndpointMetadata,
    ) -> impl Iterator<Item = &'static str> + use<> {
        let (name, mut edition) = (endpoint.name, Some(self));
        let own = move |edition: Self| {
            edition.path_differences().filter(move |each| each.endpoint == name)
        };
        while let Some(found) = edition.filter(|edition| own(*edition).next().is_none()) {
            edition = found.base();
        }
        let default = std::iter::once(endpoint.path).chain(endpoint.aliases.iter().copied());
        let default = edition.is_none().then_some(default);
        edition.into_iter().flat_map(own).map(|each| each.path).chain(default.into_iter().flatten())
    }

    /// Returns the status that a result code of the endpoint with the given path has in this
    /// edition, or `None` if the code is unknown. If the path does not begin with `/v1/`, this is
    /// the status in the default edition.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Edition,
    ///     dictionary::{ResultCode, ResultStatus},
    /// };
    ///
    /// let code = ResultCode::RequestTrafficExceedLimit;
    /// let status = |edition: Edition, path| edition.status(&code, path);
    /// assert_eq!(status(Edition::V1, "/v1/payments/pay"), Some(ResultStatus::Unknown));
    /// assert_eq!(status(Edition::V1, "/v2/payments/notifyPayment"), Some(ResultStatus::Failed));
    /// assert_eq!(status(Edition::V2, "/v2/payments/pay"), Some(ResultStatus::Failed));
    /// ```
    #[must_use]
    pub fn status(self, code: &dictionary::ResultCode, path: &str) -> Option<ResultStatus> {
        let mut differences = self.code_differences();
        let difference = differences.find(|each| each.code == code.as_str());
        match difference.filter(|_| path.starts_with("/v1/")) {
            Some(difference) => Some(difference.status.into()),
            None => code.status(),
        }
    }

    /// Returns the endpoint for the path of a request, as
    /// [`EndpointMetadata::match_path`] does for the default edition.
    ///
    /// ```
    /// use miniprogram_protocol::Edition;
    ///
    /// let path = "/api/v1/payments/refundApply";
    /// assert_eq!(Edition::V1.match_path(path, "/api").unwrap().name, "refund");
    /// assert!(Edition::V2.match_path(path, "/api").is_none());
    /// ```
    #[must_use]
    pub fn match_path(
        self,
        path_and_query: &str,
        prefix: &str,
    ) -> Option<&'static EndpointMetadata> {
        if !consists_of_visible_ascii(path_and_query) {
            return None;
        }
        let path = path_and_query.split_once('?').map_or(path_and_query, |(path, _)| path);
        let path = path.strip_prefix(prefix)?;
        let matches = |known: &str| path.strip_prefix(known) == Some(self.path_suffix_for(known));
        let mut endpoints = EndpointMetadata::ALL.iter().copied();
        endpoints.find(|endpoint| self.paths_without_suffix(endpoint).any(matches))
    }
}

/// Returns whether a path and query consists of visible ASCII characters. In HTTP requests, all
/// other characters are percent-encoded.
pub(crate) fn consists_of_visible_ascii(path_and_query: &str) -> bool {
    path_and_query.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Policy {
    /// Sets the edition of the specification to validate against. The default is [`Edition::V2`].
    /// The edition replaces every change that was made by an edition set earlier.
    ///
    /// Limits on fields that the policy itself sets take precedence over those of the edition,
    /// whether they are set before or after the edition. The policy's own limits are applied in the
    /// order of the calls. Only [`limit_field`](Self::limit_field) checks whether limits are
    /// satisfiable, and only for the edition that is set at the time of the call, so set the
    /// edition first.
    ///
    /// Fields that the edition adds are kept in [`UnknownFields`](crate::UnknownFields), and cannot be
    /// limited by the policy.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Edition, Policy, Validate,
    ///     dictionary::{Amount, ResultCode},
    ///     endpoint::{NotifyPaymentRequest, NotifyPaymentRequestRequired},
    /// };
    ///
    /// let policy = Policy::strict().edition(Edition::Mandiri);
    /// let request = NotifyPaymentRequest::new(NotifyPaymentRequestRequired {
    ///     payment_id: "20261127190741010007000000000000",
    ///     payment_request_id: "P-1",
    ///     payment_amount: Amount::new("USD", 4990),
    /// })
    /// .payment_result(ResultCode::Success);
    /// assert!(request.validate().is_ok());
    /// assert_eq!(
    ///     request.validate_with(&policy).unwrap_err().to_string(),
    ///     "/paymentCreateTime is required"
    /// );
    /// ```
    #[must_use]
    pub fn edition(mut self, edition: Edition) -> Self {
        self.set_edition(edition, Schema::ALL);
        self
    }

    /// Replaces the constraints on a field, which is identified by its JSON name.
    ///
    /// ```
    /// use miniprogram_protocol::{FieldLimits, Policy, Validate, dictionary::UserName};
    ///
    /// let limits = FieldLimits::unconstrained();
    /// let policy = Policy::strict().limit_field::<UserName>("fullName", limits)?;
    /// let name = UserName::new().full_name("#".repeat(1000));
    /// assert!(name.validate_with(&policy).is_ok());
    /// # Ok::<_, miniprogram_protocol::FieldLimitsError>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if the type has no such field, if a limit does not apply to the type of the
    /// field, or if the limits exclude every value ([`FieldLimitsError::Unsatisfiable`]). For this
    /// check, values that the policy already tolerates count as valid.
    pub fn limit_field<T: ProtocolType>(
        self,
        field: &str,
        limits: FieldLimits,
    ) -> Result<Self, FieldLimitsError> {
        self.limit_field_of(T::SCHEMA, field, limits)
    }

    /// Replaces the constraints on a field as [`limit_field`](Self::limit_field) does. The type is
    /// identified by its schema.
    ///
    /// # Errors
    /// Returns the same errors as `limit_field`.
    pub fn limit_field_of(
        mut self,
        schema: &Schema,
        field: &str,
        limits: FieldLimits,
    ) -> Result<Self, FieldLimitsError> {
        let (index, field) = policy::find_field(schema, field, &limits)?;
        let field_type = self.apply_field_limits(schema, (index, field), limits);
        if self.accepts_some_value(field_type) {
            Ok(self)
        } else {
            let string_type = field.value_type.string_type();
            Err(FieldLimitsError::Unsatisfiable {
                schema: schema.name,
                field: field.name,
                format: string_type.and_then(|string_type| string_type.format),
                enum_name: string_type.and_then(StringType::closed_enum).map(|schema| schema.name),
            })
        }
    }

    /// Adds a custom check for values of type `T`. The check runs after the fields and the
    /// cross-field rules of a value have been checked, also for values that are nested in other
    /// values.
    ///
    /// When JSON is read, the check runs only on objects that can be deserialized as a `T`.
    /// `check_json_with` reads each object of the type a second time to build a `T`, which allocates
    /// memory. Once the report is truncated, no check runs, unless the policy allows a deviation. A
    /// policy with custom checks equals only its clones.
    ///
    /// Exported schemas do not contain custom checks. Generators of valid values discard values
    /// that fail a check. If a check rejects nearly all values, generation fails. Generators of
    /// invalid documents do not list violations of custom checks.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     CustomConstraint, Policy, ValidationContext, Validate, dictionary::{Address, Order},
    ///     from_json_with,
    /// };
    ///
    /// static TOTAL: CustomConstraint<1> =
    ///     CustomConstraint::new("orderTotal", "must equal the sum of the goods amounts")
    ///         .params(&["sum"]);
    ///
    /// fn check_total(order: &Order, cx: &mut ValidationContext<'_>) {
    ///     let goods = order.goods.as_deref().unwrap_or_default();
    ///     let amounts = goods.iter().map(|goods| goods.goods_payment_amount.value.get());
    ///     let sum = amounts.fold(0_i64, i64::saturating_add);
    ///     if order.order_amount.value.get() != sum {
    ///         cx.field("orderAmount").field("value").report(TOTAL.kind([sum]));
    ///     }
    /// }
    ///
    /// let policy = Policy::strict().check(check_total);
    /// let json = br#"{
    ///     "referenceOrderId": "1", "orderDescription": "Shoes",
    ///     "orderAmount": {"currency": "USD", "value": 5000},
    ///     "merchant": {"referenceMerchantId": "1", "merchantName": "Shoe Shop"}
    /// }"#;
    /// let error = from_json_with::<Order>(json, &policy).unwrap_err();
    /// assert_eq!(error.to_string(), "/orderAmount/value must equal the sum of the goods amounts");
    /// assert_eq!(error.violations()[0].code(), "orderTotal");
    /// ```
    #[must_use]
    pub fn check<T: ProtocolType>(
        self,
        check: impl Fn(&T, &mut ValidationContext<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.with_custom_check(check)
    }

    /// Sets the forbidden characters for every field for which the specification says "Characters
    /// not allowed: special characters such as @ # ?". If the policy has another [`Edition`], the
    /// fields are those for which that edition says so, regardless of the order of the calls.
    ///
    /// Call this method before limiting individual fields. It does not check again whether earlier
    /// limits on a field are satisfiable with the new characters.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     ForbiddenCharacters, Policy, Validate,
    ///     dictionary::{Merchant, MerchantRequired},
    /// };
    ///
    /// let policy = Policy::strict().forbidden_characters(&ForbiddenCharacters::extended());
    /// let merchant = Merchant::new(MerchantRequired {
    ///     reference_merchant_id: "M＃1",
    ///     merchant_name: "Shoe Shop",
    /// });
    /// assert!(merchant.validate().is_ok());
    /// assert_eq!(
    ///     merchant.validate_with(&policy).unwrap_err().to_string(),
    ///     "/referenceMerchantId must not contain the character U+FF03"
    /// );
    /// ```
    #[must_use]
    pub fn forbidden_characters(self, characters: &ForbiddenCharacters) -> Self {
        let schemas = Schema::ALL.iter();
        schemas.fold(self, |policy, schema| policy.forbidden_characters_of(schema, characters))
    }

    /// Sets the forbidden characters as [`forbidden_characters`](Self::forbidden_characters) does,
    /// for the fields of one type: those with the constraint `no_special_characters`, unless the
    /// edition changes this constraint.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     ForbiddenCharacters, Policy, ProtocolType, Validate, protocol_type,
    /// };
    ///
    /// protocol_type! {
    ///     /// A loyalty card.
    ///     pub struct LoyaltyCard {
    ///         /// The ID.
    ///         id: String as "id", required, max_length(64).no_special_characters();
    ///     }
    /// }
    ///
    /// let none = ForbiddenCharacters::none();
    /// let policy = Policy::strict().forbidden_characters_of(LoyaltyCard::SCHEMA, &none);
    /// assert!(LoyaltyCard::new("#1").validate().is_err());
    /// assert!(LoyaltyCard::new("#1").validate_with(&policy).is_ok());
    /// ```
    #[must_use]
    pub fn forbidden_characters_of(
        mut self,
        schema: &Schema,
        characters: &ForbiddenCharacters,
    ) -> Self {
        self.forbid_characters(schema, characters);
        self
    }
}

/// Implements `FromStr` for an enum whose values have names.
macro_rules! impl_from_str {
    ($(#[doc = $about:literal])+ $Enum:ident) => {
        impl FromStr for $Enum {
            type Err = UnknownValueError;

            $(#[doc = $about])+
            fn from_str(name: &str) -> Result<Self, UnknownValueError> {
                #[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
                const NAMES: &[&str] = &{
                    let mut names = [""; $Enum::ALL.len()];
                    let mut index = 0;
                    while index < names.len() {
                        names[index] = $Enum::ALL[index].name();
                        index += 1;
                    }
                    names
                };
                Self::by_name(name).ok_or(UnknownValueError::new(NAMES))
            }
        }
    };
}

impl_from_str! {
    /// Parses the [name](Self::name) of an edition.
    ///
    /// ```
    /// use miniprogram_protocol::Edition;
    ///
    /// assert_eq!("qiV1".parse(), Ok(Edition::QiV1));
    /// assert!("qi".parse::<Edition>().is_err());
    /// ```
    Edition
}

impl_from_str! {
    /// Parses the [name](Self::name) of a deviation.
    ///
    /// ```
    /// use miniprogram_protocol::Deviation;
    ///
    /// assert_eq!("dateOnly".parse(), Ok(Deviation::DateOnly));
    /// let error = "date".parse::<Deviation>().unwrap_err();
    /// assert_eq!(error.values().len(), Deviation::ALL.len());
    /// ```
    Deviation
}

impl<'de> Deserialize<'de> for Violation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(UnresolvedViolation::deserialize(deserializer)?.resolve(static_violation_kinds()))
    }
}

/// Returns the kinds of violations that contain static data from a schema.
fn static_violation_kinds() -> impl Iterator<Item = ViolationKind> {
    let fields = || Schema::ALL.iter().flat_map(|schema| schema.fields);
    let enums = fields().filter_map(|field| field.value_type.enum_schema());
    let schema_rules = Schema::ALL.iter().flat_map(|schema| schema.cross_field_rules);
    let field_rules = fields().flat_map(|field| match field.value_type {
        ValueType::Object(_, constraints) => constraints.cross_field_rules,
        _ => &[],
    });
    let edition_kinds = Edition::ALL.iter().flat_map(|edition| edition.own_differences());
    let edition_kinds = edition_kinds.filter_map(|difference| match difference.change {
        FieldChange::Values(values) => {
            Some(ViolationKind::EditionEnum { edition: difference.edition, values })
        }
        _ => None,
    });
    let exchange_rules = EndpointMetadata::ALL.iter().flat_map(|endpoint| endpoint.exchange_rules);
    enums
        .map(|schema| ViolationKind::Enum { values: schema.values })
        .chain(schema_rules.chain(field_rules).flat_map(violation_kinds_of_rule))
        .chain(edition_kinds)
        .chain(exchange_rules.map(violation_kind_of_exchange_rule))
}

/// Returns the violation kind with static data that an exchange rule can cause.
const fn violation_kind_of_exchange_rule(rule: &ExchangeRule) -> ViolationKind {
    match *rule {
        ExchangeRule::Echo { field, .. } => ViolationKind::EqualToRequest { field },
        ExchangeRule::OneForEach { of, .. } => ViolationKind::OneOfRequest { array: of },
    }
}

/// Returns the kinds of violations of a rule, except for those without static data.
fn violation_kinds_of_rule(rule: &'static CrossFieldRule) -> Vec<ViolationKind> {
    match rule {
        CrossFieldRule::AllOrNone(fields) => {
            let by = fields.iter();
            by.map(|by| ViolationKind::DependentRequired { by, value: None }).collect()
        }
        CrossFieldRule::RequiredIf { when, is, .. } => {
            vec![ViolationKind::DependentRequired { by: when, value: Some(is) }]
        }
        CrossFieldRule::AtLeastOneOf(fields) => vec![ViolationKind::AnyOf { fields }],
        CrossFieldRule::ValueByKey { values, .. } => {
            values.iter().map(|(_, value)| ViolationKind::Const { value }).collect()
        }
        CrossFieldRule::FormatIf { .. } => vec![],
    }
}
