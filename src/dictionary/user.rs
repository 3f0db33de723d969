use super::Address;
use crate::{
    model::{Datetime, ExtendInfo, PhoneNumber, RegionCode, string_enum, table},
    schema::{CrossFieldRule, Format, FormatError},
};

table! {
    /// A user of a super app.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::{User, UserName}};
    ///
    /// let user = User::new("2160220042").gender("F").user_name(UserName::new());
    /// assert_eq!(
    ///     user.validate().unwrap_err().to_string(),
    ///     "/userName must have at least one of fullName, firstName, middleName, lastName"
    /// );
    /// ```
    pub struct User in DataDictionary {
        /// The unique ID of the user, assigned by the super app.
        user_id: String as "userId", required sensitive, max_length(64);

        /// The status of the user account.
        status: UserStatus as "status", optional;

        /// The nickname.
        nick_name: String as "nickName", optional sensitive, max_length(256);

        /// The name. It must contain `fullName` or at least one of `firstName`, `middleName` and
        /// `lastName`.
        user_name: UserName as "userName", optional, cross_field_rules(&[
            CrossFieldRule::AtLeastOneOf(&["fullName", "firstName", "middleName", "lastName"])
        ]);

        /// The addresses. The number of entries is not limited.
        user_addresses: Vec<Address> as "userAddresses", optional;

        /// The URL of the avatar.
        avatar: String as "avatar", optional sensitive, max_length(512);

        /// The gender.
        gender: Gender as "gender", optional sensitive;

        /// The date of birth, with a time and a UTC offset.
        ///
        /// Example: `"2022-06-01T12:01:01+08:00"`
        birth_date: Datetime as "birthDate", optional sensitive;

        /// The nationality, as an ISO 3166-1 alpha-2 code.
        ///
        /// Example: `"JP"`
        nationality: RegionCode as "nationality", optional sensitive, max_length(2);

        /// The login IDs. The number of entries is not limited.
        login_id_infos: Vec<LoginIdInfo> as "loginIdInfos", optional;

        /// The contact information. The number of entries is not limited.
        contact_infos: Vec<ContactInfo> as "contactInfos", optional;

        /// Extended information.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// The name of a person, as a full name or in parts.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::UserName};
    ///
    /// let name = UserName::new().first_name("Ada").last_name("Lovelace");
    /// assert!(name.validate().is_ok());
    /// ```
    pub struct UserName in DataDictionary {
        /// The full name.
        full_name: String as "fullName", optional sensitive, max_length(128);

        /// The first name.
        first_name: String as "firstName", optional sensitive, max_length(32);

        /// The middle name.
        middle_name: String as "middleName", optional sensitive, max_length(32);

        /// The last name.
        last_name: String as "lastName", optional sensitive, max_length(32);
    }
}

table! {
    /// A login ID of a [`User`].
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::{LoginIdInfo, LoginIdType}};
    ///
    /// let info = LoginIdInfo::new(LoginIdType::Email).mask_login_id("a***@example.com");
    /// assert!(info.validate().is_ok());
    /// ```
    pub struct LoginIdInfo in DataDictionary {
        /// The type of the login ID.
        login_id_type: LoginIdType as "loginIdType", required;

        /// The unmasked login ID with which the user can log in to the super app, for example a
        /// mobile phone number or an email address.
        login_id: String as "loginId", optional sensitive, max_length(64);

        /// The masked login ID, in which some characters are hidden.
        mask_login_id: String as "maskLoginId", optional sensitive, max_length(64);

        /// The hash of the login ID. Another system that uses the same algorithm can compare it
        /// with the hash of its own login ID.
        hash_login_id: String as "hashLoginId", optional sensitive, max_length(256);

        /// Extended information.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// An entry in the contact information of a [`User`].
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     dictionary::{ContactInfo, ContactInfoRequired, ContactType},
    /// };
    ///
    /// let info = ContactInfo::new(ContactInfoRequired {
    ///     contact_type: ContactType::MobilePhone,
    ///     contact_no: "+6512345678",
    /// });
    /// assert!(info.validate().is_ok());
    /// assert_eq!(info.phone_number().unwrap().digits(), "6512345678");
    ///
    /// let other =
    ///     ContactInfo::new(ContactInfoRequired { contact_type: "MESSENGER", contact_no: "ada" });
    /// assert!(other.validate().is_ok());
    /// ```
    pub struct ContactInfo(ContactInfoRequired) in DataDictionary {
        /// The type of the contact.
        contact_type: ContactType as "contactType", required;

        /// The contact itself, for example a phone number or an email address. A mobile phone
        /// number consists of a plus sign, the country code, the area code without the leading 0,
        /// and the local phone number.
        ///
        /// Example: `"+6512345678"`
        contact_no: String as "contactNo", required sensitive, max_length(64);

        /// Extended information.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096).no_special_characters();
    }

    cross_field_rules: CrossFieldRule::FormatIf {
        field: "contactNo",
        format: Format::E164,
        when: "contactType",
        is: "MOBILE_PHONE"
    };
}

impl ContactInfo {
    /// Parses the contact as a phone number with a country code, regardless of the contact type.
    ///
    /// # Errors
    /// Returns an error if the contact is not a phone number with a country code.
    pub fn phone_number(&self) -> Result<PhoneNumber<'_>, FormatError> {
        PhoneNumber::parse(&self.contact_no)
    }
}

string_enum! {
    /// The status of a user account.
    ///
    /// Used by [`User::status`].
    pub enum UserStatus: closed {
        /// The account is active.
        Active = "ACTIVE",
        /// The account is frozen.
        Frozen = "FROZEN",
        /// The account is inactive.
        Inactive = "INACTIVE",
    }
}

string_enum! {
    /// A gender.
    ///
    /// Used by [`User::gender`].
    pub enum Gender: closed {
        /// Female.
        Female = "F",
        /// Male.
        Male = "M",
    }
}

string_enum! {
    /// The type of a login ID.
    ///
    /// Used by [`LoginIdInfo::login_id_type`].
    pub enum LoginIdType: closed {
        /// The login ID is a phone number.
        MobilePhone = "MOBILE_PHONE",
        /// The login ID is an email address.
        Email = "EMAIL",
        /// The login ID is of another type.
        Unspecified = "OTHER",
    }
}

string_enum! {
    /// The type of a contact. Developers can add new types.
    ///
    /// Used by [`ContactInfo::contact_type`].
    pub enum ContactType: open {
        /// A mobile phone.
        MobilePhone = "MOBILE_PHONE",
        /// A telephone.
        Telephone = "TELEPHONE",
        /// An email address.
        Email = "EMAIL",
    }
}
