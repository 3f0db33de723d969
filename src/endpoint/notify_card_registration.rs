use super::metadata::endpoint;
use crate::{
    dictionary::{Result, ResultCode},
    model::{ExtendInfo, string_enum, table},
};

endpoint! {
    /// A user registers as a member in a mini program, and Mini Program Platform asks the merchant
    /// to make a membership card for the user.
    pub enum NotifyCardRegistration as "notifyCardRegistration" {
        path: "/v2/pds/memberships/notifyCardRegistration",
        roles: Platform calls Merchant,
        request: NotifyCardRegistrationRequest,
        response: NotifyCardRegistrationResponse,
        idempotency_key: Some("requestId"),
        result_codes: ResultCode::COMMON,
        request_examples: {
            "A user fills in five fields": "notify_card_registration_request.json"
        },
        response_examples: {
            "Successful": "notify_card_registration_response.json"
        },
    }
}

table! {
    /// The request of the call [`NotifyCardRegistration`].
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     endpoint::{CardField, CardFieldCode, CustomerBelongsTo, NotifyCardRegistrationRequest},
    /// };
    ///
    /// let request = NotifyCardRegistrationRequest::new(
    ///     "2102010113769000",
    ///     CustomerBelongsTo::Tng,
    ///     "011164508621375700010170000",
    ///     "1236450862137570000",
    ///     [CardField::new(CardFieldCode::Email, "email@example.com")],
    /// );
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct NotifyCardRegistrationRequest in NotifyCardRegistration {
        /// The unique ID that Mini Program Platform gave the mini program.
        ///
        /// Example: `"2102010113769***"`
        app_id: String as "appId", required, max_length(32).no_special_characters();

        /// The super app of the user.
        ///
        /// Example: `"TNG"`
        customer_belongs_to: CustomerBelongsTo as "customerBelongsTo", required;

        /// The unique ID that Mini Program Platform gave the request: the idempotency key. The
        /// same ID must get the same answer.
        ///
        /// Example: `"011164508621375700010170***"`
        request_id: String as "requestId", required, max_length(64).no_special_characters();

        /// The unique ID that Mini Program Platform gave the user.
        ///
        /// Example: `"1236450862137570***"`
        customer_id: String as "customerId", required sensitive, max_length(64).no_special_characters();

        /// What the user filled in to register. There may be nothing.
        ///
        /// Example: `[{"fieldCode":"EMAIL","fieldValue":"email@example.com"}]`
        registration_fields: Vec<CardField> as "registrationFields", required, max_items(10);

        /// Extended information about the call, for example a referral code that the user gave.
        ///
        /// Example: `"{\"referralCode\":\"12345\"}"`
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// The response of the call [`NotifyCardRegistration`].
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate, dictionary::ResultCode, endpoint::NotifyCardRegistrationResponse,
    /// };
    ///
    /// assert!(NotifyCardRegistrationResponse::new(ResultCode::Success).validate().is_ok());
    /// ```
    pub struct NotifyCardRegistrationResponse in NotifyCardRegistration {
        /// How the call went.
        result: Result as "result", required;

        /// Extended information about the response.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// Something that a user filled in to register.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, endpoint::{CardField, CardFieldCode}};
    ///
    /// let field = CardField::new(CardFieldCode::BirthDate, "2002-07-25");
    /// assert!(field.validate().is_ok());
    /// assert!(!format!("{field:?}").contains("2002"));
    /// ```
    pub struct CardField in NotifyCardRegistration {
        /// What it is.
        field_code: CardFieldCode as "fieldCode", required;

        /// What the user filled in.
        field_value: String as "fieldValue", required sensitive, max_length(256);
    }
}

string_enum! {
    /// The super app of a user: [`NotifyCardRegistrationRequest::customer_belongs_to`].
    pub enum CustomerBelongsTo: closed {
        /// Alipay in mainland China.
        AlipayCn = "ALIPAY_CN",
        /// Alipay in Hong Kong.
        AlipayHk = "ALIPAY_HK",
        /// Alipay in Macao.
        AlipayMo = "ALIPAY_MO",
        /// Touch 'n Go.
        Tng = "TNG",
        /// GCash.
        Gcash = "GCASH",
        /// DANA.
        Dana = "DANA",
        /// KakaoPay.
        KakaoPay = "KAKAOPAY",
        /// bKash.
        Bkash = "BKASH",
        /// Chope.
        Chope = "CHOPE",
        /// TrueMoney.
        TrueMoney = "TRUEMONEY",
    }
}

string_enum! {
    /// What a user filled in: [`CardField::field_code`].
    pub enum CardFieldCode: open {
        /// The first name.
        FirstName = "FIRST_NAME",
        /// The last name.
        LastName = "LAST_NAME",
        /// The whole name.
        UserName = "USER_NAME",
        /// How the user is addressed.
        UserSalutation = "USER_SALUTATION",
        /// The gender.
        Gender = "GENDER",
        /// The date of birth.
        BirthDate = "BIRTH_DATE",
        /// The mobile phone number.
        MobilePhone = "MOBILE_PHONE",
        /// The e-mail address.
        Email = "EMAIL",
        /// The password, encrypted.
        Password = "PASSWORD",
    }
}
