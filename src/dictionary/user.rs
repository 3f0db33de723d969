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
        /// The unique ID that the super app gave the user.
        user_id: String as "userId", required sensitive, max_length(64);

        /// The status.
        status: UserStatus as "status", optional;

        /// The nickname.
        nick_name: String as "nickName", optional sensitive, max_length(256);

        /// The name. It has the full name or at least one of its parts.
        user_name: UserName as "userName", optional, cross_field_rules(&[CrossFieldRule::AtLeastOneOf(UserName::PARTS)]);

        /// The addresses, of any number.
        user_addresses: Vec<Address> as "userAddresses", optional;

        /// The URL of the avatar.
        avatar: String as "avatar", optional sensitive, max_length(512);

        /// The gender.
        gender: Gender as "gender", optional sensitive;

        /// The date of birth, with time and offset.
        ///
        /// Example: `"2022-06-01T12:01:01+08:00"`
        birth_date: Datetime as "birthDate", optional sensitive, date_only_allowed();

        /// The nationality: an alpha-2 code of ISO 3166.
        ///
        /// Example: `"JP"`
        nationality: RegionCode as "nationality", optional sensitive, max_length(2);

        /// What the user can log in by, of any number.
        login_id_infos: Vec<LoginIdInfo> as "loginIdInfos", optional;

        /// How the user can be reached, of any number.
        contact_infos: Vec<ContactInfo> as "contactInfos", optional;

        /// Extended information.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// The name of a person, whole or in parts.
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

impl UserName {
    /// The members of which a [`User`]'s name has at least one.
    const PARTS: &'static [&'static str] = &["fullName", "firstName", "middleName", "lastName"];
}

table! {
    /// What a [`User`] can log in by.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::{LoginIdInfo, LoginIdType}};
    ///
    /// let info = LoginIdInfo::new(LoginIdType::Email).mask_login_id("a***@example.com");
    /// assert!(info.validate().is_ok());
    /// ```
    pub struct LoginIdInfo in DataDictionary {
        /// The kind of login ID.
        login_id_type: LoginIdType as "loginIdType", required;

        /// The login ID, without hidden characters: a mobile phone number or an e-mail address,
        /// for example.
        login_id: String as "loginId", optional sensitive, max_length(64);

        /// The login ID with some of its characters hidden.
        mask_login_id: String as "maskLoginId", optional sensitive, max_length(64);

        /// The hash of the login ID, to be compared with a hash by the same algorithm.
        hash_login_id: String as "hashLoginId", optional sensitive, max_length(256);

        /// Extended information.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// How a [`User`] can be reached.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, dictionary::{ContactInfo, ContactType}};
    ///
    /// let info = ContactInfo::new(ContactType::MobilePhone, "+6512345678");
    /// assert!(info.validate().is_ok());
    /// assert_eq!(info.phone_number().unwrap().digits(), "6512345678");
    /// assert!(ContactInfo::new("PIGEON", "coop 7").validate().is_ok());
    /// ```
    pub struct ContactInfo in DataDictionary {
        /// The kind of contact.
        contact_type: ContactType as "contactType", required;

        /// The phone number, e-mail address or whatever the kind says. A mobile phone number is a
        /// plus sign, the country code, the area code without leading 0, and the local number.
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
    /// The contact as a phone number with country code, whatever its kind.
    ///
    /// # Errors
    /// The contact is no such number.
    pub fn phone_number(&self) -> Result<PhoneNumber<'_>, FormatError> {
        PhoneNumber::parse(&self.contact_no)
    }
}

string_enum! {
    /// The status of a user: [`User::status`].
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
    /// A gender: [`User::gender`].
    pub enum Gender: closed {
        /// Female.
        Female = "F",
        /// Male.
        Male = "M",
    }
}

string_enum! {
    /// The kind of a login ID: [`LoginIdInfo::login_id_type`].
    pub enum LoginIdType: closed {
        /// A phone number.
        MobilePhone = "MOBILE_PHONE",
        /// An e-mail address.
        Email = "EMAIL",
        /// Something else.
        Unspecified = "OTHER",
    }
}

string_enum! {
    /// The kind of a contact: [`ContactInfo::contact_type`]. Developers can add more.
    pub enum ContactType: open {
        /// A mobile phone.
        MobilePhone = "MOBILE_PHONE",
        /// A telephone.
        Telephone = "TELEPHONE",
        /// An e-mail address.
        Email = "EMAIL",
    }
}
