//! Checks the traits that the public types implement.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use crate::common;
use miniprogram_protocol::{
    Error, Format, JsonText, Policy, ProtocolType, SyntaxError, UnknownFields, Valid,
    ValidationContext, Violation, ViolationKind, Violations,
    dictionary::{self, Amount, Order},
    endpoint, from_json,
    schema::ValueType,
};
use serde_json::json;
use std::{
    error::Error as StdError,
    fmt::Debug,
    hash::{DefaultHasher, Hash, Hasher},
};

const fn assert_send_and_sync<T: Send + Sync>() {}

macro_rules! assert_send_and_sync {
    ($($Type:ty),+ $(,)?) => { const { $( assert_send_and_sync::<$Type>(); )+ } };
}

#[test]
fn protocol_types_are_send_and_sync() {
    common::for_each_type!(assert_send_and_sync);
}

#[test]
fn enums_are_send_and_sync() {
    use dictionary::{
        ContactType, DeployAppInfoRequired, Gender, LoginIdType, MessageChannel, OsType,
        PaymentMethodType, RelatedEnv, ReleaseStatus, ResultCode, ResultStatus, TerminalType,
        UserStatus,
    };
    use endpoint::{CardFieldCode, CustomerBelongsTo};
    assert_send_and_sync!(
        ContactType,
        DeployAppInfoRequired,
        Gender,
        LoginIdType,
        MessageChannel,
        OsType,
        PaymentMethodType,
        RelatedEnv,
        ReleaseStatus,
        ResultCode,
        ResultStatus,
        TerminalType,
        UserStatus,
        CardFieldCode,
        CustomerBelongsTo,
    );
}

#[test]
fn field_types_are_send_and_sync() {
    use miniprogram_protocol::{
        CurrencyCode, Datetime, ExtendInfo, Mcc, OneOrMany, PhoneNumber, RegionCode, UnixMillis,
        UnknownValue,
        dictionary::{
            InboxBody, InboxContent, InboxFooter, InboxHeader, InboxTarget, Localized,
            MessageContent, PushContent, SmsContent,
        },
    };
    assert_send_and_sync!(
        CurrencyCode,
        Datetime,
        ExtendInfo,
        InboxBody,
        InboxContent,
        InboxFooter,
        InboxHeader,
        InboxTarget,
        JsonText,
        Localized<PushContent>,
        Mcc,
        MessageContent,
        OneOrMany<InboxFooter>,
        PhoneNumber<'static>,
        RegionCode,
        SmsContent,
        UnixMillis,
        UnknownFields,
        UnknownValue,
    );
}

#[test]
fn schemas_are_send_and_sync() {
    use miniprogram_protocol::{
        JsonType,
        schema::{
            ArrayConstraints, ArrayType, CrossFieldRule, EnumSchema, Field, IntegerConstraints,
            ItemType, ObjectConstraints, Schema, SourceDocument, StringConstraints, StringType,
        },
    };
    assert_send_and_sync!(
        ArrayConstraints,
        ArrayConstraints<StringConstraints>,
        ArrayType,
        CrossFieldRule,
        EnumSchema,
        Field,
        Format,
        IntegerConstraints,
        ItemType,
        JsonType,
        ObjectConstraints,
        Schema,
        SourceDocument,
        StringConstraints,
        StringType,
        ValueType,
    );
}

#[test]
fn policies_and_reports_are_send_and_sync() {
    use miniprogram_protocol::FormatError;
    assert_send_and_sync!(
        Error,
        FormatError,
        Policy,
        SyntaxError,
        Valid<Order>,
        ValidationContext<'static>,
        Violation,
        ViolationKind,
        Violations,
    );
}

#[test]
fn boxes_errors() {
    const fn assert_error<T: StdError + Send + Sync + 'static>() {}
    assert_error::<Error>();
    assert_error::<Violations>();
    assert_error::<SyntaxError>();
    assert_error::<miniprogram_protocol::FormatError>();
    let boxed: Box<dyn StdError + Send + Sync> = from_json::<Amount>(b"{}").unwrap_err().into();
    assert!(boxed.downcast_ref::<Error>().is_some());
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn implements_common_traits() {
    fn check<T: ProtocolType + Clone + Debug + Eq + Hash>() {
        let mut document = common::complete_value(T::SCHEMA);
        let value: T = serde_json::from_value(document.clone()).unwrap();
        let clone = value.clone();
        assert_eq!(clone, value);
        assert_eq!(hash_of(&clone), hash_of(&value));
        assert!(format!("{value:?}").starts_with(&format!("{} {{", T::SCHEMA.name)));
        // Values that differ only in an unknown field are not equal.
        document["newer"] = json!(1);
        let newer: T = serde_json::from_value(document).unwrap();
        assert!(newer != value && hash_of(&newer) != hash_of(&value));
        assert_eq!(Valid::new(value.clone()), Valid::new(clone));
        assert_eq!(Valid::new(value.clone()).unwrap().into_inner(), value);
    }
    common::for_each_type!(check);
}
