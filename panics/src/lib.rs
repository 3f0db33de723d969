//! Calls the entire public API with values that are unknown at compile time, so that the optimizer
//! cannot remove the calls. The code never runs; `panics/check` searches its machine code for
//! panics.

use arbitrary::{Arbitrary, Unstructured};
use miniprogram_protocol::{
    CurrencyCode, CustomConstraint, CustomFormat, Datetime, Deviation, Edition, ExtendInfo,
    FieldLimits, ForbiddenCharacters, Format, JsonText, Mcc, MinorUnits, OneOrMany, Pattern,
    PhoneNumber, Policy, ProtocolType, RegionCode, Schema, UnixMillis, UnknownFieldPolicy,
    UnknownFields, Valid, Validate, ValidationContext, Violation, ViolationKind, Violations,
    check_json, check_json_with, dictionary as d,
    dictionary::{
        InboxBody, InboxContent, InboxFooter, InboxHeader, InboxTarget, MessageContent,
        PushContent, SmsContent,
    },
    diff, endpoint as e,
    endpoint::{Endpoint, EndpointMetadata, Handler, Reply},
    export::{format_document, json_schema, openapi, typescript},
    from_json, from_json_with,
    http::{
        Headers, KeyRing, SignatureHeader, Signer, SigningKey, Timestamp, Verifier, VerifyingKey,
        signing_input,
    },
    idempotency::{IdempotencyKey, IdempotencyStore, MemoryStore, Reservation},
    protocol_type,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::{
    fmt::{Debug, Display},
    hash::{DefaultHasher, Hash},
    hint::black_box,
    pin::pin,
    task::{Context, Waker},
    time::{Duration, SystemTime},
};
use utoipa::{PartialSchema, ToSchema};

static CUSTOM_FORMAT: CustomFormat =
    CustomFormat::new("own", "a string without spaces", |string| !string.contains(' '))
        .samples(&["a"]);

protocol_type! {
    /// A string type of an application.
    pub struct CustomString(String): Format::Custom(&CUSTOM_FORMAT), sensitive;
}

protocol_type! {
    /// An enum of an application.
    pub enum CustomEnum: closed {
        /// The only value.
        Only = "ONLY",
    }
}

protocol_type! {
    /// A struct type of an application.
    pub struct CustomStruct(CustomTableRequired) {
        /// A string.
        string: CustomString as "string", required, max_length(64);

        /// An enum.
        kind: CustomEnum as "kind", required sensitive;

        /// Strings.
        keywords: Vec<String> as "keywords", optional, max_items(3);

        /// A number.
        number: i64 as "number", optional, maximum(9);
    }
    cross_field_rules: CrossFieldRule::AtLeastOneOf(&["keywords", "number"]);
}

/// Values that are unknown at compile time.
#[derive(Debug)]
pub struct Input<'a> {
    bytes: &'a [u8],
    string: &'a str,
    other: &'a str,
    strings: Vec<String>,
    number: i64,
    unsigned: u32,
    now: SystemTime,
    policy: Policy,
}

/// Calls all other functions, which the linker would otherwise remove, because only this function
/// is exported.
#[allow(
    clippy::no_mangle_with_rust_abi,
    reason = "the unmangled name keeps the function in the library"
)]
#[unsafe(no_mangle)]
pub fn call_every_function(input: &Input<'_>) {
    call_types(input);
    call_enums(input);
    call_custom_validation(input);
    call_string_types(input);
    call_times(input);
    call_amounts(input);
    call_json(input);
    call_policies(input);
    call_schemas(input);
    call_http(input);
    call_endpoints(input);
    poll_once(call_idempotency(input));
}

/// Formats a value with `Display` and `Debug`.
fn format_value<T: Display + Debug>(value: T) {
    black_box(value.to_string());
    black_box(format!("{value:?}{value:#?}"));
}

/// Serializes a value as JSON and as `MessagePack`.
fn serialize<T: Serialize>(value: &T) {
    let _ = black_box(serde_json::to_vec(value));
    let _ = black_box(serde_json::to_string_pretty(value));
    let _ = black_box(serde_json::to_value(value));
    let _ = black_box(rmp_serde::to_vec_named(value));
}

/// Hashes a value and compares it with its clone.
fn compare_and_hash<T: PartialEq + Clone + Hash>(value: &T) {
    value.hash(black_box(&mut DefaultHasher::new()));
    black_box(value == black_box(&value.clone()));
}

fn compare_order<T: Ord>(value: &T, other: &T) {
    black_box((value.cmp(other), value.partial_cmp(other)));
}

/// Calls the methods of the traits that all string types implement.
fn call_string<T>(value: &T, input: &Input<'_>)
where
    T: Clone + AsRef<str> + Into<String> + PartialEq<str> + for<'a> PartialEq<&'a str>,
    str: PartialEq<T>,
{
    black_box(value.as_ref());
    black_box((value == input.other, *value == input.other, input.other == value));
    black_box(Into::<String>::into(value.clone()));
}

/// Polls a future once, and returns its output if it is ready.
fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

fn use_violations(found: &Violations) {
    format_value(found);
    serialize(found);
    black_box(found.is_truncated());
    found.iter().for_each(use_violation);
    black_box(found.clone().into_iter().count());
    black_box(found.into_iter().count());
    let mut all = found.clone().prefixed(found[0].path());
    black_box(all.by_path());
    all.append(found.clone());
    all.extend(found.clone());
    black_box((all.tolerated(), Violations::from_vec(all.to_vec())));
}

fn use_violation(found: &Violation) {
    format_value(found);
    serialize(found);
    format_value(found.kind().clone());
    if let ViolationKind::Custom(custom) = found.kind() {
        black_box((custom.code(), custom.message(), custom.params().count()));
    }
    black_box((found.path(), found.code(), found.message()));
    black_box(found.params().count());
}

fn use_error(error: miniprogram_protocol::Error) {
    format_value(&error);
    serialize(&error);
    black_box(error.violations());
    if let Some(syntax) = error.syntax() {
        format_value(syntax);
        serialize(syntax);
        black_box((syntax.offset(), syntax.line(), syntax.column(), syntax.message()));
    }
    if let Ok(found) = error.into_violations() {
        use_violations(&found);
    }
}

/// A protocol type with the traits of all features.
trait AnyType:
    ProtocolType + Debug + Clone + PartialEq + JsonSchema + ToSchema + for<'a> Arbitrary<'a>
{
}
impl<T: ProtocolType + Debug + Clone + PartialEq + JsonSchema + ToSchema + for<'a> Arbitrary<'a>>
    AnyType for T
{
}

fn exercise_type<T: AnyType>(input: &Input<'_>) {
    let policy = &input.policy;
    let with_policy = from_json_with::<T>(input.bytes, policy).map(|(value, _)| value);
    for read in [from_json::<T>(input.bytes), with_policy] {
        match read {
            Ok(value) => use_valid(value, policy),
            Err(found) => use_error(found),
        }
    }
    if let Err(found) = check_json::<T>(input.bytes) {
        use_error(found);
    }
    match check_json_with::<T>(input.bytes, policy) {
        Ok(found) => found.iter().for_each(use_violation),
        Err(found) => use_error(found),
    }
    let deserialized = [
        serde_json::from_slice::<T>(input.bytes).ok(),
        serde_json::from_str::<T>(input.string).ok(),
        serde_json::from_reader::<_, T>(input.bytes).ok(),
        serde_json::from_slice(input.bytes).and_then(serde_json::from_value::<T>).ok(),
        rmp_serde::from_slice::<T>(input.bytes).ok(),
        Unstructured::new(input.bytes).arbitrary().ok(),
    ];
    for value in deserialized.into_iter().flatten() {
        use_value(value, policy);
    }
    if let Ok(values) = serde_json::from_slice::<Valid<Vec<T>>>(input.bytes) {
        serialize(&values);
        black_box(values.into_inner());
    }
    let valid_values = [
        serde_json::from_slice::<Valid<T>>(input.bytes).ok(),
        rmp_serde::from_slice::<Valid<T>>(input.bytes).ok(),
        Unstructured::new(input.bytes).arbitrary().ok(),
    ];
    for value in valid_values.into_iter().flatten() {
        use_valid(value, policy);
    }
    let mut generator = schemars::SchemaGenerator::default();
    black_box(T::json_schema(&mut generator));
    black_box(Valid::<T>::json_schema(&mut generator));
    let mut schemas = Vec::new();
    T::schemas(&mut schemas);
    Valid::<T>::schemas(&mut schemas);
    black_box((T::schema(), Valid::<T>::schema(), schemas));
    use_policy(input.policy.clone().limit_field::<T>(input.string, field_limits(input)));
}

fn use_valid<T: AnyType>(value: Valid<T>, policy: &Policy) {
    black_box(format!("{value:?}"));
    serialize(&value);
    black_box(value == value.clone());
    use_value(value.into_inner(), policy);
}

fn use_value<T: AnyType>(value: T, policy: &Policy) {
    black_box(format!("{value:?}{value:#?}"));
    black_box(value == value.clone());
    serialize(&value);
    if let Err(found) = value.validate() {
        use_violations(&found);
    }
    match value.validate_with(policy) {
        Ok(found) => found.iter().for_each(use_violation),
        Err(found) => use_violations(&found),
    }
    black_box(diff(&value, &value.clone()));
    if let Ok(valid) = Valid::new(value.clone()) {
        let _ = black_box(valid.clone().edit(|edited| *edited = black_box(value.clone())));
        let _ = black_box(valid.clone().map(|value| value));
        let _ = black_box(valid.clone().map_with(policy, |value| value));
        let _ = black_box(valid.edit_with(policy, |edited| *edited = black_box(value.clone())));
    }
    let _ = black_box(Valid::new_with(value, policy));
}

#[allow(clippy::too_many_lines, reason = "a line for each type")]
fn call_types(input: &Input<'_>) {
    macro_rules! call_each { ($($Type:ty),* $(,)?) => { $(exercise_type::<$Type>(input);)* } }
    call_each!(
        CustomStruct,
        d::Message,
        d::Result,
        d::MessageSendResult,
        d::Amount,
        d::Order,
        d::Merchant,
        d::MerchantStore,
        d::Goods,
        d::Shipping,
        d::Buyer,
        d::Env,
        d::UserName,
        d::Address,
        d::PaymentMethod,
        d::DeviceInfo,
        d::DeployAppInfo,
        d::Category,
        d::User,
        d::LoginIdInfo,
        d::ContactInfo,
        e::MerchantSyncRequest,
        e::MerchantSyncResponse,
        e::NotifyCardRegistrationRequest,
        e::NotifyCardRegistrationResponse,
        e::CardField,
        e::PlatformMessageSendRequest,
        e::PlatformMessageSendResponse,
        e::PayRequest,
        e::PayResponse,
        e::InquiryPaymentResponse,
        e::InquiryRefundRequest,
        e::ApplyTokenRequest,
        e::ApplyTokenResponse,
        e::AppInfoListQueryRequest,
        e::AppInfoListQueryResponse,
        e::AssetDetail,
        e::BenefitSyncRequest,
        e::BenefitSyncResponse,
        e::BenefitUsedSyncRequest,
        e::BenefitUsedSyncResponse,
        e::CancelRequest,
        e::CancelResponse,
        e::CancelTokenRequest,
        e::CancelTokenResponse,
        e::CaptureRequest,
        e::CaptureResponse,
        e::CardDetail,
        e::ContentTemplate,
        e::DecorateUploadRequest,
        e::DecorateUploadResponse,
        e::InquireCardDetailRequest,
        e::InquireCardDetailResponse,
        e::InquireMemberAssetsRequest,
        e::InquireMemberAssetsResponse,
        e::InquireOperatorInfoRequest,
        e::InquireOperatorInfoResponse,
        e::InquiryPaymentRequest,
        e::InquiryRefundResponse,
        e::InquiryUserInfoRequest,
        e::InquiryUserInfoResponse,
        e::IssueCardRequest,
        e::IssueCardResponse,
        e::MessageSendRequest,
        e::MessageSendResponse,
        e::NotifyPaymentRequest,
        e::NotifyPaymentResponse,
        e::NotifyVoidRequest,
        e::NotifyVoidResponse,
        e::Operator,
        e::OperatorRole,
        e::OperatorSyncRequest,
        e::OperatorSyncResponse,
        e::PaymentFactor,
        e::PrepareRequest,
        e::PrepareResponse,
        e::QrcodeCreateRequest,
        e::QrcodeCreateResponse,
        e::RedirectActionForm,
        e::RefundRequest,
        e::RefundResponse,
        e::SendInboxRequest,
        e::SendInboxResponse,
        e::TemplateParameters,
        e::Transaction,
        e::TransactionNotifyRequest,
        e::TransactionNotifyResponse,
        e::UpdateCardDetailRequest,
        e::UpdateCardDetailResponse,
        e::VoidRequest,
        e::VoidResponse,
        PushContent,
        SmsContent,
        InboxContent,
        InboxHeader,
        InboxBody,
        InboxFooter,
        InboxTarget,
    );
    if let Ok(contact) = serde_json::from_slice::<d::ContactInfo>(input.bytes) {
        let _ = black_box(contact.phone_number());
    }
}

fn call_enums(input: &Input<'_>) {
    macro_rules! call_each { ($($Enum:ty),* $(,)?) => { $({
        let value = <$Enum>::from(input.string);
        black_box((value.as_str(), value.is_known()));
        format_value(&value);
        compare_and_hash(&value);
        compare_order(&value, &<$Enum>::from(input.other));
        call_string(&value, input);
        serialize(&value);
        match input.string.parse::<$Enum>() {
            Ok(value) => { black_box(value.into_string()); }
            Err(error) => {
                black_box(error.values());
                format_value(error);
            }
        }
        let _ = black_box(serde_json::from_slice::<$Enum>(input.bytes));
        let _ = black_box(rmp_serde::from_slice::<$Enum>(input.bytes));
        let _ = black_box(Unstructured::new(input.bytes).arbitrary::<$Enum>());
    })* } }
    call_each!(
        d::MessageChannel,
        d::ReleaseStatus,
        d::RelatedEnv,
        d::UserStatus,
        d::Gender,
        d::LoginIdType,
        d::ContactType,
        d::TerminalType,
        d::OsType,
        d::PaymentMethodType,
        d::ResultStatus,
        d::ResultCode,
        e::CustomerBelongsTo,
        e::CardFieldCode,
        e::ActionMethod,
        e::AppInfoOrderKey,
        e::AppInfoOrderType,
        e::AppQrCodeType,
        e::AppStatus,
        e::AssetType,
        e::AuthorizationScope,
        e::BenefitClientCode,
        e::CardDetailCode,
        e::GrantType,
        e::OperatorStatus,
        e::PaymentStatus,
        e::ProductCode,
        e::QrcodePictureType,
        e::RefundStatus,
        e::VoidSource,
    );
}

/// A struct that implements `Validate`, as an application could define it.
#[derive(Debug)]
struct CustomValidated<'a>(&'a Input<'a>);

impl Validate for CustomValidated<'_> {
    fn validate_into(&self, cx: &mut ValidationContext<'_>) {
        black_box(cx.policy());
        let mut inner = cx.field(self.0.string);
        inner.index(self.0.bytes.len()).report(ViolationKind::Minimum { minimum: self.0.number });
        cx.report(ViolationKind::Required);
        cx.report(CUSTOM_CONSTRAINT.kind([self.0.number]));
    }
}

static CUSTOM_CONSTRAINT: CustomConstraint<1> =
    CustomConstraint::new("own", "must be {number}").params(&["number"]);

fn call_custom_validation(input: &Input<'_>) {
    if let Err(found) = CustomValidated(input).validate_with(&input.policy) {
        use_violations(&found);
    }
    let _ = black_box(Some(CustomValidated(input)).validate());
    let _ = black_box(vec![CustomValidated(input), CustomValidated(input)].validate());
}

// `allowed.txt` contains the name of this function.
fn call_string_types(input: &Input<'_>) {
    for format in Format::ALL.iter().chain([&Format::Custom(&CUSTOM_FORMAT)]) {
        black_box((format.matches(input.string), format.codes(), format.near_misses()));
        format_value(format);
    }
    macro_rules! call_each { ($($String:ty: $($view:ident),*;)*) => { $({
        let value = <$String>::from(input.string);
        $(match value.$view() {
            Ok(view) => { black_box(view); }
            Err(error) => format_value(error),
        })*
        format_value(&value);
        serialize(&value);
        compare_and_hash(&value);
        compare_order(&value, &<$String>::from(input.other));
        call_string(&value, input);
        black_box(value.as_str());
        let _ = black_box(input.string.parse::<$String>().map_err(format_value));
        let _ = black_box(serde_json::from_slice::<$String>(input.bytes));
        black_box(<$String>::from(input.other.to_owned()).into_string());
    })* } }
    call_each! {
        CurrencyCode: currency, decimal_places;
        RegionCode: country;
        Mcc: code;
        UnixMillis: millis, to_chrono, to_jiff, to_time;
        Datetime: to_chrono, to_jiff, to_time;
        ExtendInfo: parse_json;
        MessageContent: parse_push, parse_sms, parse_inbox;
    }
    let _ = black_box(iso_currency::Currency::try_from(&CurrencyCode::from(input.string)));
    let _ = black_box(isocountry::CountryCode::try_from(&RegionCode::from(input.string)));
    if let Ok(phone) = PhoneNumber::try_from(input.string) {
        black_box((phone.digits(), phone.as_ref()));
        format_value(phone);
        black_box(phone);
    }
    if let Ok(push) = MessageContent::from(input.string).parse_push() {
        black_box(push.get(input.other));
        black_box(push.languages().count());
    }
    if let Ok(inbox) = MessageContent::from(input.string).parse_inbox() {
        if let Some(content) = inbox.get(input.other) {
            black_box(content.footer.as_ref().map(OneOrMany::as_slice));
            black_box(content.footer.iter().flatten().count());
            black_box(content.footer.clone().into_iter().flatten().count());
        }
        black_box(inbox);
    }
    for amount in [MinorUnits::from(input.number), MinorUnits::string(input.number)] {
        format_value(amount);
        serialize(&amount);
        compare_and_hash(&amount);
        compare_order(&amount, &input.unsigned.into());
        black_box((amount.get(), amount.is_string(), amount.is_identical_to(input.number.into())));
        black_box((amount == input.number, amount.partial_cmp(&input.number)));
        black_box((input.number == amount, input.number.partial_cmp(&amount)));
    }
    let _ = black_box(input.string.parse::<MinorUnits>());
    let _ = black_box(serde_json::from_slice::<MinorUnits>(input.bytes));
    let _ = black_box(rmp_serde::from_slice::<MinorUnits>(input.bytes));
}

fn call_times(input: &Input<'_>) {
    let _ = black_box(Datetime::try_from(input.now));
    let _ = black_box(UnixMillis::try_from(input.now));
    let _ = black_box(UnixMillis::try_from(input.number));
    let (time, millis) = (Datetime::from(input.string), UnixMillis::from(input.string));
    black_box(time.is_same_instant(&input.other.into()));
    black_box(millis.is_same_instant(&input.other.into()));
    if let Some(time) = chrono::DateTime::from_timestamp(input.number, input.unsigned) {
        black_box((Datetime::from(time), UnixMillis::from(time)));
        if let Some(offset) = chrono::FixedOffset::east_opt(input.unsigned.cast_signed()) {
            black_box(Datetime::from(time.with_timezone(&offset)));
        }
    }
    if let Ok(time) = jiff::Timestamp::from_nanosecond(input.number.into()) {
        let _ = black_box(Datetime::try_from(time).map_err(format_value));
        let _ = black_box(UnixMillis::try_from(time).map_err(format_value));
    }
    if let Ok(time) = Datetime::from(input.other).to_jiff() {
        let _ = black_box(Datetime::try_from(&time));
    }
    if let Ok(time) = time::OffsetDateTime::from_unix_timestamp_nanos(input.number.into()) {
        let _ = black_box(Datetime::try_from(time));
        let _ = black_box(UnixMillis::try_from(time));
    }
}

fn call_amounts(input: &Input<'_>) {
    let amount = d::Amount::new(input.string, input.number);
    let other = d::Amount::new(input.other, i64::from(input.unsigned));
    black_box(format!("{amount}{amount:>0$}{amount:>0$.0$}", input.bytes.len()));
    let _ = black_box(input.string.parse::<d::Amount>().map_err(format_value));
    let _ = black_box(amount.to_decimal_string());
    let _ = black_box(amount.checked_add(&other));
    let _ = black_box(amount.checked_sub(&other));
    let _ = black_box(amount.checked_mul(input.number));
    let _ = black_box(amount.checked_cmp(&other));
    let _ = black_box(d::Amount::sum([&amount, &other, &amount]));
    let _ = black_box(rust_decimal::Decimal::try_from(&amount));
    if let Ok(number) = amount.to_decimal() {
        let _ = black_box(d::Amount::from_decimal(input.other, number));
    }
}

fn call_json(input: &Input<'_>) {
    let parsed = [
        JsonText::parse(input.string).ok(),
        serde_json::from_slice(input.bytes).ok(),
        rmp_serde::from_slice(input.bytes).ok(),
        serde_json::from_slice(input.bytes)
            .ok()
            .and_then(|value: serde_json::Value| value.try_into().ok()),
        input.string.parse().ok(),
        Unstructured::new(input.bytes).arbitrary().ok(),
    ];
    let mut unknown_fields = UnknownFields::new();
    for value in parsed.into_iter().flatten() {
        let value: JsonText = value;
        format_value(&value);
        serialize(&value);
        compare_and_hash(&value);
        let _ = black_box(value.to_value());
        black_box((value.as_str(), value.as_ref(), String::from(value.clone())));
        black_box(ExtendInfo::from(value.clone()));
        black_box(unknown_fields.insert(input.string, value));
    }
    black_box((
        unknown_fields.get(input.other),
        unknown_fields.len(),
        unknown_fields.is_empty(),
        unknown_fields.iter().count(),
    ));
    black_box((unknown_fields.contains_key(input.other), unknown_fields.remove(input.string)));
    black_box(format!("{unknown_fields:?}"));
    black_box(unknown_fields.clone() == unknown_fields);
    for (name, value) in unknown_fields.iter().rev() {
        format_value(value);
        black_box(name);
    }
    unknown_fields
        .extend((&unknown_fields.clone()).into_iter().map(|(name, value)| (name, value.clone())));
    black_box(format!("{:?}{:?}", unknown_fields.iter(), unknown_fields.clone().into_iter()));
    black_box(unknown_fields.clone().into_iter().next_back());
    black_box(unknown_fields.clone().into_iter().collect::<UnknownFields>());
    let _ = black_box(Unstructured::new(input.bytes).arbitrary::<UnknownFields>());
}

fn characters(input: &Input<'_>) -> ForbiddenCharacters {
    black_box((ForbiddenCharacters::none(), ForbiddenCharacters::specification()));
    ForbiddenCharacters::new(input.string).with(input.other)
}

/// Returns limits with arbitrary values.
fn field_limits(input: &Input<'_>) -> FieldLimits {
    let characters = characters(input);
    black_box((
        characters.iter().count(),
        input.string.chars().any(|each| characters.contains(each)),
    ));
    let mut limits =
        if input.number == 0 { FieldLimits::new() } else { FieldLimits::unconstrained() };
    limits = limits
        .min_length(input.unsigned)
        .max_length(input.unsigned)
        .minimum(input.number)
        .maximum(input.number)
        .max_items(input.unsigned)
        .forbidden_characters(characters)
        .values(input.strings.iter());
    match Pattern::new(input.string) {
        Ok(pattern) => {
            black_box((pattern.as_str(), pattern.to_ecma(), pattern.matches(input.other)));
            black_box(format!("{pattern:?}"));
            limits.pattern(pattern)
        }
        Err(error) => {
            format_value(error);
            limits
        }
    }
}

/// Formats and compares a policy, or formats the error.
fn use_policy(policy: Result<Policy, miniprogram_protocol::FieldLimitsError>) {
    match policy {
        Ok(policy) => {
            black_box(format!("{policy:?}"));
            black_box(policy.clone() == policy);
        }
        Err(error) => format_value(error),
    }
}

fn call_policies(input: &Input<'_>) {
    let size = input.bytes.len();
    let own = &[CustomStruct::SCHEMA];
    let _ = black_box((Policy::from_toml(input.string), Policy::from_json(input.string)));
    for policy in [
        Policy::from_toml_with_types(input.string, own),
        Policy::from_json_with_types(input.string, own),
    ] {
        match policy {
            Ok(policy) => {
                for deviation in Deviation::ALL {
                    black_box((deviation.name(), policy.allows(*deviation)));
                }
                let policy = policy
                    .max_violations(size)
                    .max_bytes(size)
                    .max_items(size)
                    .max_unknown_fields(size)
                    .max_depth(size.try_into().unwrap_or(0))
                    .unknown_fields(UnknownFieldPolicy::Reject)
                    .forbidden_characters(&ForbiddenCharacters::extended());
                use_policy(Ok(policy));
            }
            Err(error) => {
                black_box((error.line(), error.column(), error.message()));
                format_value(error);
            }
        }
    }
    let _ = black_box(input.string.parse::<Edition>().map_err(format_value));
    let _ = black_box(input.string.parse::<Deviation>().map_err(format_value));
    if let Some(edition) = Edition::by_name(input.string) {
        use_policy(Ok(input.policy.clone().edition(edition)));
        call_edition(input, edition);
    }
    let _ = black_box(serde_json::from_slice::<Policy>(input.bytes));
    let _ = black_box(rmp_serde::from_slice::<Policy>(input.bytes));
    let number = input.number;
    let with_check = input.policy.clone().check(move |_: &d::Amount, cx| {
        cx.field("value").report(CUSTOM_CONSTRAINT.kind([number]));
    });
    let _ = black_box(from_json_with::<d::Order>(input.bytes, &with_check).map_err(use_error));
    use_policy(Ok(with_check));
    if let Some(deviation) = Deviation::by_name(input.string) {
        black_box(Policy::lenient().deny(deviation).allow(deviation));
        black_box(Policy::strict().allow(deviation));
    }
}

fn call_edition(input: &Input<'_>, edition: Edition) {
    black_box((edition.base(), edition.name(), edition.description(), edition.path_suffix()));
    for difference in edition.differences().chain(edition.own_differences()) {
        black_box(format!("{difference:?}"));
    }
    edition.path_differences().for_each(|it| drop(black_box(format!("{it:?}"))));
    edition.code_differences().for_each(|it| drop(black_box(format!("{it:?}"))));
    if let Some(endpoint) = edition.match_path(input.string, input.other) {
        edition.paths(endpoint).for_each(|path| drop(black_box(path)));
        black_box(edition.status(&input.string.into(), input.other));
        black_box(input.policy.current_edition());
    }
}

fn call_schemas(input: &Input<'_>) {
    if let Some(schema) = Schema::by_name(input.string) {
        match schema.check_json_with(input.bytes, &input.policy) {
            Ok(found) => found.iter().for_each(use_violation),
            Err(found) => {
                for span in found.locate(input.bytes).into_iter().flatten() {
                    black_box(span.range());
                    serialize(&span);
                }
                black_box(found.tolerated());
                use_error(found);
            }
        }
        black_box((schema.description(), schema.family(), schema.field(input.other)));
        black_box(input.policy.clone().forbidden_characters_of(schema, &characters(input)));
        black_box(format!("{schema:?}"));
        for field in schema.fields {
            black_box((field.description(), field.example(), field.deviations().count()));
            black_box((field.value_type.object_schema(), field.value_type.string_type()));
            if let Some(schema) = field.value_type.enum_schema() {
                black_box(schema.value_descriptions().count());
            }
        }
        for rule in schema.cross_field_rules {
            black_box(rule.fields().count());
        }
        black_box(json_schema::document(schema));
        black_box(json_schema::document_with(schema, &input.policy));
        use_policy(input.policy.clone().limit_field_of(schema, input.other, field_limits(input)));
    }
    let bundle = json_schema::bundle();
    black_box((format_document(&bundle), json_schema::structure(Schema::ALL)));
    black_box(typescript::declarations(Schema::ALL));
    black_box(json_schema::bundle_with(&input.policy));
    black_box(openapi::document(EndpointMetadata::ALL));
    let [payment, next_payment] = [input.string, input.other].map(e::PaymentStatus::from);
    let [refund, next_refund] = [input.string, input.other].map(e::RefundStatus::from);
    black_box((payment.can_be_followed_by(&next_payment), refund.can_be_followed_by(&next_refund)));
    if let Some(endpoint) = EndpointMetadata::by_name(input.string)
        .or_else(|| EndpointMetadata::match_path(input.string, input.other))
    {
        black_box((endpoint.description(), endpoint.confidence(), endpoint.source()));
        format_value(endpoint.caller);
        endpoint.exchange_rules.iter().for_each(format_value);
        let outcome =
            endpoint.check_exchange_with(input.string.as_bytes(), input.bytes, &input.policy);
        let _ = black_box(outcome.into_result());
        black_box(format!("{endpoint:?}"));
    }
}

fn call_headers(
    input: &Input<'_>,
    headers: Result<Headers, miniprogram_protocol::http::HeaderError>,
) {
    match headers {
        Ok(headers) => {
            black_box(format!("{headers:?}"));
            compare_and_hash(&headers);
            black_box((headers.for_request().count(), headers.for_response().count()));
            let _ = black_box((headers.request_header_map(), headers.response_header_map()));
            if let Ok(key) = VerifyingKey::parse(input.string) {
                let keys = KeyRing::new().with_key(input.string, input.unsigned, key);
                let verifier = Verifier::new(keys)
                    .max_clock_skew(Duration::from_secs(input.unsigned.into()))
                    .stripped_prefix(input.other)
                    .accept_unsigned_failures();
                black_box(format!("{verifier:?}"));
                let request =
                    verifier.verify_request(input.string, &headers, input.bytes, input.now);
                let response =
                    verifier.verify_response(input.string, &headers, input.bytes, input.now);
                match request {
                    Ok(accepted) => {
                        let cache = verifier.replay_cache(input.bytes.len());
                        let _ = black_box(cache.check(&accepted, input.now).map_err(|error| {
                            format_value(error);
                            Reply::from_result(error)
                        }));
                    }
                    Err(error) => {
                        format_value(error);
                        let _ = black_box(Reply::from_result(error));
                    }
                }
                let _ = black_box(response);
            }
        }
        Err(error) => {
            format_value(error);
            black_box((error.header(), error.kind()));
        }
    }
}

fn call_http(input: &Input<'_>) {
    let pairs = || input.strings.iter().map(|string| (string.as_str(), input.bytes));
    call_headers(input, Headers::from_request(pairs()));
    call_headers(input, Headers::from_response(pairs()));
    let mut map = http::HeaderMap::new();
    if let Ok(value) = http::HeaderValue::from_bytes(input.bytes) {
        map.insert(http::header::CONTENT_TYPE, value);
    }
    call_headers(input, Headers::from_request(&map));
    let times = [input.string.parse::<Timestamp>().ok(), input.now.try_into().ok()];
    for time in times.into_iter().flatten() {
        format_value(&time);
        compare_and_hash(&time);
        black_box((time.as_str(), time.to_chrono()));
        black_box(Timestamp::try_from(time.to_chrono()).map_err(format_value)).ok();
    }
    format_value(SignatureHeader::new(Some(input.unsigned), input.string));
    black_box(signing_input(input.string, input.other, input.string, input.bytes));
    match SigningKey::parse(input.string) {
        Ok(key) => {
            let signer = Signer::new(input.other, key);
            let signer = signer.key_version(input.unsigned).stripped_prefix(input.other);
            black_box(format!("{signer:?}"));
            let request = signer.sign_request(input.string, input.bytes, input.now);
            let _ = black_box(request.map_err(format_value));
            for endpoint in EndpointMetadata::ALL {
                let response = signer.sign_response(
                    endpoint,
                    input.string,
                    input.other,
                    input.bytes,
                    input.now,
                );
                let _ = black_box(response);
            }
        }
        Err(error) => format_value(error),
    }
}

/// Returns a successful response or a result code, depending on the input.
fn respond<R: From<d::ResultCode>>(input: &Input<'_>) -> Result<R, d::ResultCode> {
    if input.number == 0 { Ok(d::ResultCode::Success.into()) } else { Err(input.string.into()) }
}

fn format_reply(reply: &Reply) {
    black_box(format!("{:?}", reply.clone()));
}

#[allow(deprecated, reason = "deprecated endpoints are part of the public API")]
fn call_endpoints(input: &Input<'_>) {
    macro_rules! call_each { ($($Endpoint:ty),* $(,)?) => { $(call_endpoint::<$Endpoint>(input);)* } }
    call_each!(
        e::AppInfoListQuery,
        e::ApplyToken,
        e::BenefitSync,
        e::BenefitUsedSync,
        e::Cancel,
        e::CancelToken,
        e::Capture,
        e::DecorateUpload,
        e::InquireCardDetail,
        e::InquireMemberAssets,
        e::InquireOperatorInfo,
        e::InquiryPayment,
        e::InquiryRefund,
        e::InquiryUserInfo,
        e::IssueCard,
        e::MerchantSync,
        e::MessageSend,
        e::NotifyCardRegistration,
        e::NotifyPayment,
        e::NotifyVoid,
        e::OperatorSync,
        e::Pay,
        e::PlatformMessageSend,
        e::Prepare,
        e::QrcodeCreate,
        e::Refund,
        e::SendInbox,
        e::TransactionNotify,
        e::UpdateCardDetail,
        e::Void,
    );
    let code = d::ResultCode::from(input.string);
    black_box((code.status(), d::Result::from(code.clone()).next_step()));
    format_reply(&Reply::from_result(code));
    if let Err(error) = from_json::<d::Amount>(input.bytes) {
        format_reply(&Reply::from_result(error));
    }
}

fn call_endpoint<E: Endpoint<Request: Send, Response: From<d::ResultCode> + Send>>(
    input: &Input<'_>,
) {
    format_reply(&Handler::<E>::new().handle(input.bytes, |_| respond(input)));
    format_reply(
        &Handler::<E>::new().policy(&input.policy).handle(input.bytes, |_| respond(input)),
    );
    let asynchronous = Handler::<E>::new().handle_async(input.bytes, |_| async { respond(input) });
    poll_once(asynchronous).iter().for_each(format_reply);
    let store = MemoryStore::new(input.bytes.len(), Duration::from_secs(input.unsigned.into()));
    let idempotent = Handler::<E>::new()
        .idempotent(&store, input.string, input.now)
        .handle_async(input.bytes, |_| async { respond(input) });
    if let Some(Ok(found)) = poll_once(idempotent) {
        format_reply(&found);
    }
    let idempotent_with_policy = Handler::<E>::new()
        .policy(&input.policy)
        .idempotent(&store, input.string, input.now)
        .handle_async(input.bytes, |_| async { respond(input) });
    let _ = black_box(poll_once(idempotent_with_policy));
    call_exchange::<E>(input);
}

fn call_exchange<E: Endpoint>(input: &Input<'_>) {
    let (request, response) = (input.string.as_bytes(), input.bytes);
    if let Err(error) = e::check_exchange::<E>(request, response) {
        black_box((error.request(), error.response(), error.tolerated()));
        error.violations().iter().for_each(use_violation);
        serialize(&error);
        format_value(error);
    }
    let _ = black_box(e::check_exchange_with::<E>(request, response, &input.policy));
    let _ = black_box(E::read_response(request, response).map(drop));
    let _ = black_box(E::read_response_with(request, response, &input.policy).map(drop));
    if let (Ok(request), Ok(response)) =
        (from_json::<E::Request>(request), from_json::<E::Response>(response))
    {
        let _ = black_box(E::validate_exchange(&request, &response));
        let _ = black_box(E::validate_exchange_with(&request, &response, &input.policy));
    }
    let headers = Headers::default();
    let verifier = Verifier::new(KeyRing::new()).accept_unsigned_failures();
    let (path, now) = (input.other, input.now);
    if let Err(error) = verifier.read_response::<E>(path, request, &headers, response, now) {
        format_value(error);
    }
}

async fn call_idempotency(input: &Input<'_>) {
    let expiry = Duration::from_secs(input.unsigned.into());
    let store = MemoryStore::new(input.bytes.len(), expiry).reservation_timeout(expiry);
    black_box(format!("{store:?}"));
    let Ok(request) = from_json::<e::NotifyCardRegistrationRequest>(input.bytes) else { return };
    let Some(key) =
        IdempotencyKey::from_request::<e::NotifyCardRegistration>(input.string, &request)
    else {
        return;
    };
    black_box(format!("{key:?}"));
    black_box(key.has_same_id(&key.clone()));
    match store.reserve(&key, input.now).await {
        Ok(Reservation::New) => {
            let _ = black_box(store.complete(&key, input.bytes, input.now).await);
            let _ = black_box(store.release(&key, input.now).await);
        }
        Ok(other) => {
            black_box(format!("{other:?}"));
        }
        Err(error) => format_value(error),
    }
}
