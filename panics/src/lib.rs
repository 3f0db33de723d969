//! Calls the whole public API with values that the compiler does not know, so that it cannot remove
//! anything. Nothing runs it: `check` looks for panics in the machine code.

use arbitrary::{Arbitrary, Unstructured};
use miniprogram_protocol::{
    CurrencyCode, ValidationContext, Datetime, Deviation, ExtendInfo, ForbiddenCharacters, Format, InboxBody,
    InboxContent, InboxFooter, InboxHeader, InboxTarget, JsonText, Mcc, MessageContent, MinorUnits,
    Pattern, PhoneNumber, Policy, PushContent, RegionCode, FieldLimits, Schema, SmsContent, ProtocolType,
    UnixMillis, UnknownFieldPolicy, UnknownFields, Valid, Validate, Violation, ViolationKind, Violations,
    check_json, check_json_with, dictionary as d, endpoint as e,
    endpoint::{Handler, Reply, EndpointMetadata, Endpoint},
    export::{json_schema, openapi},
    from_json, from_json_with,
    http::{
        Headers, KeyRing, Timestamp, SignatureHeader, Signer, SigningKey, Verifier, VerifyingKey,
        signing_input,
    },
    idempotency::{IdempotencyStore, MemoryStore, IdempotencyKey, Reservation},
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

/// Values that only a caller knows.
#[derive(Debug)]
pub struct Input<'a> {
    bytes: &'a [u8],
    text: &'a str,
    other: &'a str,
    texts: Vec<String>,
    number: i64,
    unsigned: u32,
    now: SystemTime,
    policy: Policy,
}

/// The only function that is exported, which keeps all others.
#[allow(
    clippy::no_mangle_with_rust_abi,
    reason = "nothing calls it; the name keeps it in the library"
)]
#[unsafe(no_mangle)]
pub fn every_function(input: &Input<'_>) {
    tables(input);
    texts(input);
    json(input);
    policies(input);
    schemas(input);
    http(input);
    endpoints(input);
    wait(idempotency(input));
}

fn show<T: Display + Debug>(value: T) {
    black_box(value.to_string());
    black_box(format!("{value:?}{value:#?}"));
}

fn write<T: Serialize>(value: &T) {
    let _ = black_box(serde_json::to_vec(value));
    let _ = black_box(serde_json::to_string_pretty(value));
    let _ = black_box(serde_json::to_value(value));
    let _ = black_box(rmp_serde::to_vec_named(value));
}

fn same<T: PartialEq + Clone + Hash>(value: &T) {
    value.hash(black_box(&mut DefaultHasher::new()));
    black_box(value == black_box(&value.clone()));
}

fn wait<F: Future>(future: F) -> Option<F::Output> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

fn violations(found: &Violations) {
    show(found);
    write(found);
    black_box(found.is_truncated());
    found.iter().for_each(violation);
    black_box(found.clone().into_iter().count());
    black_box(found.into_iter().count());
}

fn violation(found: &Violation) {
    show(found);
    write(found);
    show(*found.kind());
    black_box((found.path(), found.code()));
}

fn error(error: miniprogram_protocol::Error) {
    show(&error);
    write(&error);
    black_box(error.violations());
    if let Some(syntax) = error.syntax() {
        show(syntax);
        write(syntax);
        black_box((syntax.line(), syntax.column(), syntax.message()));
    }
    if let Ok(found) = error.into_violations() {
        violations(&found);
    }
}

trait Any: ProtocolType + Debug + Clone + PartialEq + JsonSchema + ToSchema + for<'a> Arbitrary<'a> {}
impl<T: ProtocolType + Debug + Clone + PartialEq + JsonSchema + ToSchema + for<'a> Arbitrary<'a>> Any
    for T
{
}

fn table<T: Any>(input: &Input<'_>) {
    let policy = &input.policy;
    for read in [from_json::<T>(input.bytes), from_json_with::<T>(input.bytes, policy)] {
        match read {
            Ok(value) => valid(value, policy),
            Err(found) => error(found),
        }
    }
    if let Err(found) = check_json::<T>(input.bytes) {
        error(found);
    }
    match check_json_with::<T>(input.bytes, policy) {
        Ok(found) => found.iter().for_each(violation),
        Err(found) => error(found),
    }
    let held = [
        serde_json::from_slice::<T>(input.bytes).ok(),
        serde_json::from_str::<T>(input.text).ok(),
        serde_json::from_reader::<_, T>(input.bytes).ok(),
        serde_json::from_slice(input.bytes).and_then(serde_json::from_value::<T>).ok(),
        rmp_serde::from_slice::<T>(input.bytes).ok(),
        Unstructured::new(input.bytes).arbitrary().ok(),
    ];
    for value in held.into_iter().flatten() {
        one(value, policy);
    }
    let valids = [
        serde_json::from_slice::<Valid<T>>(input.bytes).ok(),
        rmp_serde::from_slice::<Valid<T>>(input.bytes).ok(),
        Unstructured::new(input.bytes).arbitrary().ok(),
    ];
    for value in valids.into_iter().flatten() {
        valid(value, policy);
    }
    let mut generator = schemars::SchemaGenerator::default();
    black_box(T::json_schema(&mut generator));
    black_box(Valid::<T>::json_schema(&mut generator));
    let mut schemas = Vec::new();
    T::schemas(&mut schemas);
    Valid::<T>::schemas(&mut schemas);
    black_box((T::schema(), Valid::<T>::schema(), schemas));
    limits(input.policy.clone().limit_field::<T>(input.text, row_limits(input)));
}

fn valid<T: Any>(value: Valid<T>, policy: &Policy) {
    black_box(format!("{value:?}"));
    write(&value);
    black_box(value == value.clone());
    one(value.into_inner(), policy);
}

fn one<T: Any>(value: T, policy: &Policy) {
    black_box(format!("{value:?}{value:#?}"));
    black_box(value == value.clone());
    write(&value);
    if let Err(found) = value.validate() {
        violations(&found);
    }
    match value.validate_with(policy) {
        Ok(found) => found.iter().for_each(violation),
        Err(found) => violations(&found),
    }
    let _ = black_box(Valid::new(value.clone()));
    let _ = black_box(Valid::new_with(value, policy));
}

fn tables(input: &Input<'_>) {
    macro_rules! each { ($($ProtocolType:ty),* $(,)?) => { $(table::<$ProtocolType>(input);)* } }
    each!(
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
        PushContent,
        SmsContent,
        InboxContent,
        InboxHeader,
        InboxBody,
        InboxFooter,
        InboxTarget,
    );
    macro_rules! choices { ($($EnumSchema:ty),* $(,)?) => { $({
        let value = <$EnumSchema>::from(input.text);
        black_box(value.as_str());
        show(&value);
        same(&value);
        write(&value);
        let _ = black_box(serde_json::from_slice::<$EnumSchema>(input.bytes));
        let _ = black_box(rmp_serde::from_slice::<$EnumSchema>(input.bytes));
        let _ = black_box(Unstructured::new(input.bytes).arbitrary::<$EnumSchema>());
    })* } }
    choices!(
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
    );
    if let Ok(user) = serde_json::from_slice::<d::ContactInfo>(input.bytes) {
        let _ = black_box(user.phone_number());
    }
    own_validation(input);
}

/// A struct of a caller, with its own rule.
#[derive(Debug)]
struct Own<'a>(&'a Input<'a>);

impl Validate for Own<'_> {
    fn check(&self, at: &mut ValidationContext<'_>) {
        black_box(at.policy());
        let mut inner = at.member(self.0.text);
        inner
            .element(self.0.bytes.len())
            .report(ViolationKind::Minimum { minimum: self.0.number });
        at.report(ViolationKind::Required);
    }
}

fn own_validation(input: &Input<'_>) {
    if let Err(found) = Own(input).validate_with(&input.policy) {
        violations(&found);
    }
    let _ = black_box(Some(Own(input)).validate());
    let _ = black_box(vec![Own(input), Own(input)].validate());
}

fn texts(input: &Input<'_>) {
    for format in Format::ALL {
        black_box(format.matches(input.text));
        show(format);
    }
    macro_rules! texts { ($($Text:ty: $($view:ident),*;)*) => { $({
        let value = <$Text>::from(input.text);
        $(match value.$view() {
            Ok(view) => { black_box(view); }
            Err(error) => show(error),
        })*
        show(&value);
        write(&value);
        same(&value);
        black_box((value.as_str(), value == *input.other));
        let _ = black_box(serde_json::from_slice::<$Text>(input.bytes));
        black_box(<$Text>::from(input.other.to_owned()).into_string());
    })* } }
    texts! {
        CurrencyCode: currency;
        RegionCode: country;
        Mcc: code;
        UnixMillis: millis, to_chrono;
        Datetime: to_chrono;
        ExtendInfo: to_json;
        MessageContent: push, sms, inbox;
    }
    if let Ok(phone) = PhoneNumber::parse(input.text) {
        black_box(phone.digits());
        black_box(phone);
    }
    if let Ok(push) = MessageContent::from(input.text).push() {
        black_box(push.get(input.other));
        black_box(push.languages().count());
    }
    if let Ok(inbox) = MessageContent::from(input.text).inbox() {
        black_box(inbox);
    }
    for amount in [MinorUnits::from(input.number), MinorUnits::string(input.number)] {
        show(amount);
        write(&amount);
        black_box((amount.get(), amount.is_string(), amount == input.number));
    }
    let _ = black_box(serde_json::from_slice::<MinorUnits>(input.bytes));
    let _ = black_box(rmp_serde::from_slice::<MinorUnits>(input.bytes));
}

fn json(input: &Input<'_>) {
    let parsed = [
        JsonText::parse(input.text).ok(),
        serde_json::from_slice(input.bytes).ok(),
        rmp_serde::from_slice(input.bytes).ok(),
        serde_json::from_slice(input.bytes)
            .ok()
            .and_then(|value: serde_json::Value| value.try_into().ok()),
        input.text.parse().ok(),
        Unstructured::new(input.bytes).arbitrary().ok(),
    ];
    let mut members = UnknownFields::new();
    for value in parsed.into_iter().flatten() {
        let value: JsonText = value;
        show(&value);
        write(&value);
        same(&value);
        let _ = black_box(value.to_value());
        black_box(value.as_str());
        black_box(members.insert(input.text, value));
    }
    black_box((
        members.get(input.other),
        members.len(),
        members.is_empty(),
        members.iter().count(),
    ));
    black_box((members.contains(input.other), members.remove(input.text)));
    black_box(format!("{members:?}"));
    black_box(members.clone() == members);
    let _ = black_box(Unstructured::new(input.bytes).arbitrary::<UnknownFields>());
}

fn row_limits(input: &Input<'_>) -> FieldLimits {
    let characters = ForbiddenCharacters::of(input.text).and(input.other);
    black_box((
        characters.iter().count(),
        input.text.chars().any(|each| characters.contains(each)),
    ));
    let mut limits = if input.number == 0 { FieldLimits::new() } else { FieldLimits::unconstrained() };
    limits = limits
        .min_length(input.unsigned)
        .max_length(input.unsigned)
        .minimum(input.number)
        .maximum(input.number)
        .max_items(input.unsigned)
        .forbidden_characters(characters)
        .values(input.texts.iter());
    match Pattern::new(input.text) {
        Ok(pattern) => {
            black_box((pattern.as_str(), pattern.to_ecma(), pattern.matches(input.other)));
            black_box(format!("{pattern:?}"));
            limits.pattern(pattern)
        }
        Err(error) => {
            show(error);
            limits
        }
    }
}

fn limits(policy: Result<Policy, miniprogram_protocol::FieldLimitsError>) {
    match policy {
        Ok(policy) => {
            black_box(format!("{policy:?}"));
            black_box(policy.clone() == policy);
        }
        Err(error) => show(error),
    }
}

fn policies(input: &Input<'_>) {
    let size = input.bytes.len();
    for policy in [Policy::from_toml(input.text), Policy::from_json(input.text)] {
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
                limits(Ok(policy));
            }
            Err(error) => {
                black_box((error.line(), error.column(), error.message()));
                show(error);
            }
        }
    }
    let _ = black_box(serde_json::from_slice::<Policy>(input.bytes));
    let _ = black_box(rmp_serde::from_slice::<Policy>(input.bytes));
    if let Some(deviation) = Deviation::by_name(input.text) {
        black_box(Policy::lenient().deny(deviation).allow(deviation));
    }
}

fn schemas(input: &Input<'_>) {
    if let Some(schema) = Schema::by_name(input.text) {
        match schema.check_json(input.bytes, &input.policy) {
            Ok(found) => found.iter().for_each(violation),
            Err(found) => error(found),
        }
        black_box(schema.description());
        black_box(schema.field(input.other));
        black_box(format!("{schema:?}"));
        for field in schema.fields {
            black_box((field.description(), field.example(), field.deviations().count()));
            if let miniprogram_protocol::schema::ValueType::Enum(choice) = field.value_type {
                black_box(choice.described().count());
            }
        }
        for cross_field_rule in schema.cross_field_rules {
            black_box(cross_field_rule.members().count());
        }
        black_box(json_schema::document(schema));
        black_box(json_schema::document_with(schema, &input.policy));
        limits(input.policy.clone().limit_field_of(schema, input.other, row_limits(input)));
    }
    black_box(json_schema::bundle());
    black_box(json_schema::bundle_with(&input.policy));
    black_box(openapi::document(EndpointMetadata::ALL));
    if let Some(call) = EndpointMetadata::by_name(input.text).or_else(|| EndpointMetadata::match_path(input.text, input.other)) {
        black_box(call.description());
        show(call.caller);
        black_box(format!("{call:?}"));
    }
}

fn headers(input: &Input<'_>, headers: Result<Headers, miniprogram_protocol::http::HeaderError>) {
    match headers {
        Ok(headers) => {
            black_box(format!("{headers:?}"));
            same(&headers);
            black_box((headers.for_request().count(), headers.for_response().count()));
            let _ = black_box((headers.request_map(), headers.response_map()));
            if let Ok(key) = VerifyingKey::parse(input.text) {
                let keys = KeyRing::new().with(input.text, input.unsigned, key);
                let verifier = Verifier::new(keys)
                    .window(Duration::from_secs(input.unsigned.into()))
                    .path_prefix(input.other)
                    .accept_unsigned_failures();
                black_box(format!("{verifier:?}"));
                let request = verifier.verify_request(input.text, &headers, input.bytes, input.now);
                let response =
                    verifier.verify_response(input.text, &headers, input.bytes, input.now);
                match request {
                    Ok(accepted) => {
                        let cache = verifier.replay_cache(input.bytes.len());
                        let _ = black_box(cache.check(&accepted, input.now).map_err(|error| {
                            show(error);
                            Reply::from_result(error)
                        }));
                    }
                    Err(error) => {
                        show(error);
                        black_box(Reply::from_result(error));
                    }
                }
                let _ = black_box(response);
            }
        }
        Err(error) => {
            show(error);
            black_box((error.header(), error.fault()));
        }
    }
}

fn http(input: &Input<'_>) {
    let pairs = || input.texts.iter().map(|text| (text.as_str(), input.bytes));
    headers(input, Headers::of_request(pairs()));
    headers(input, Headers::of_response(pairs()));
    let mut map = http::HeaderMap::new();
    if let Ok(value) = http::HeaderValue::from_bytes(input.bytes) {
        map.insert(http::header::CONTENT_TYPE, value);
    }
    headers(input, Headers::of_request(&map));
    let times = [Timestamp::parse(input.text), input.now.try_into().ok()];
    for time in times.into_iter().flatten() {
        show(&time);
        same(&time);
        black_box((time.as_str(), time.time()));
        black_box(Timestamp::try_from(time.time()).map_err(show)).ok();
    }
    show(SignatureHeader::new(Some(input.unsigned), input.text));
    black_box(signing_input(input.text, input.other, input.text, input.bytes));
    match SigningKey::parse(input.text) {
        Ok(key) => {
            let signer = Signer::new(input.other, key);
            let signer = signer.key_version(input.unsigned).path_prefix(input.other);
            black_box(format!("{signer:?}"));
            let request = signer.sign_request(input.text, input.bytes, input.now);
            let _ = black_box(request.map_err(show));
            for call in EndpointMetadata::ALL {
                let response =
                    signer.sign_response(call, input.other, input.text, input.bytes, input.now);
                let _ = black_box(response);
            }
        }
        Err(error) => show(error),
    }
}

fn respond<R: From<d::ResultCode>>(input: &Input<'_>) -> Result<R, d::ResultCode> {
    if input.number == 0 { Ok(d::ResultCode::Success.into()) } else { Err(input.text.into()) }
}

fn answer(answer: &Reply) {
    black_box(format!("{:?}", answer.clone()));
}

fn endpoints(input: &Input<'_>) {
    endpoint::<e::MerchantSync>(input);
    endpoint::<e::NotifyCardRegistration>(input);
    endpoint::<e::PlatformMessageSend>(input);
    answer(&Reply::from_result(d::ResultCode::from(input.text)));
    if let Err(error) = from_json::<d::Amount>(input.bytes) {
        answer(&Reply::from_result(error));
    }
}

fn endpoint<E: Endpoint<Request: Send, Response: From<d::ResultCode> + Send>>(input: &Input<'_>) {
    answer(&Handler::<E>::new().handle(input.bytes, |_| respond(input)));
    answer(&Handler::<E>::new().policy(&input.policy).handle(input.bytes, |_| respond(input)));
    let asynchronous = Handler::<E>::new().handle_async(input.bytes, |_| async { respond(input) });
    wait(asynchronous).iter().for_each(answer);
    let store = MemoryStore::new(input.bytes.len(), Duration::from_secs(input.unsigned.into()));
    let once =
        Handler::<E>::new().idempotent(&store, input.text, input.now).handle_async(input.bytes, |_| async { respond(input) });
    if let Some(Ok(found)) = wait(once) {
        answer(&found);
    }
    let with =
        Handler::<E>::new().policy(&input.policy).idempotent(&store, input.text, input.now).handle_async(input.bytes, |_| async {
            respond(input)
        });
    let _ = black_box(wait(with));
}

async fn idempotency(input: &Input<'_>) {
    let store = MemoryStore::new(input.bytes.len(), Duration::from_secs(input.unsigned.into()));
    black_box(format!("{store:?}"));
    let Ok(request) = from_json::<e::NotifyCardRegistrationRequest>(input.bytes) else { return };
    let Some(key) = IdempotencyKey::of::<e::NotifyCardRegistration>(input.text, &request) else {
        return;
    };
    black_box(format!("{key:?}"));
    black_box(key.is_id_of(&key.clone()));
    match store.reserve(&key, input.now).await {
        Ok(Reservation::New) => {
            let _ = black_box(store.complete(&key, input.bytes, input.now).await);
            let _ = black_box(store.release(&key, input.now).await);
        }
        Ok(other) => {
            black_box(format!("{other:?}"));
        }
        Err(error) => show(error),
    }
}
