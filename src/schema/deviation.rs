use std::fmt;

/// A known deviation of peers from the specification, which a policy can allow.
///
/// By default, a deviating value is a violation. If the [`Policy`](crate::Policy) allows the
/// deviation, the value is accepted, kept and written back unchanged, and the violation is reported
/// as tolerated: [`validate_with`](crate::Validate::validate_with) and
/// [`check_json_with`](crate::check_json_with) return tolerated violations on success.
///
/// ```
/// use miniprogram_protocol::{Deviation, Policy, dictionary::Amount, from_json_with};
///
/// let json = br#"{"currency":"USD","value":"10000"}"#;
/// let policy = Policy::strict().allow(Deviation::AmountAsString);
/// let (amount, tolerated) = from_json_with::<Amount>(json, &policy).unwrap();
/// assert_eq!(amount.value, 10_000);
/// assert_eq!(serde_json::to_vec(&amount).unwrap(), json);
/// assert_eq!(tolerated[0].to_string(), "/value must be an integer, not a string");
/// assert!(from_json_with::<Amount>(json, &Policy::strict()).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Deviation {
    /// `Amount.value` is a string.
    ///
    /// - Specification: an integer, such as `10000`.
    /// - Peers: the integer in decimal digits, such as `"10000"`, without whitespace, a plus sign
    ///   or leading zeros. Its numeric value is validated.
    /// - Seen in: the published samples of the payment endpoints, earlier editions of the data
    ///   dictionary, and the SDKs of the sister platform (Antom).
    AmountAsString,
    /// `MerchantSyncRequest.platformId` is absent or null.
    ///
    /// - Specification: a required field.
    /// - Peers: requests without the field.
    /// - Seen in: the specification's own sample of such a request.
    MissingPlatformId,
    /// A date-time is a date without a time.
    ///
    /// - Specification: a date and time with an offset, such as `"2020-07-25T00:00:00+08:00"`.
    /// - Peers: only the date, such as `"2020-07-25"`, for example as a date of birth.
    /// - Seen in: the published samples of the endpoint that returns a user's data, and the
    ///   specification's own sample of `notifyCardRegistration`.
    DateOnly,
    /// A date-time is a string of Unix milliseconds.
    ///
    /// - Specification: a date and time with an offset, such as `"2025-05-15T11:44:15.570+08:00"`.
    /// - Peers: the milliseconds since the Unix epoch in decimal digits, such as `"1747280655570"`. The number
    ///   must fit in an `i64`, and the string must satisfy the length constraints on the field.
    /// - Seen in: the documentation of one tenant, and current SDKs of the sister platform (Antom).
    UnixMillis,
    /// The offset of a date-time has no colon.
    ///
    /// - Specification: a date and time with an offset, such as `"2019-11-27T12:01:01+08:30"`.
    /// - Peers: the same without the colon in the offset, such as `"2019-11-27T12:01:01+0830"`.
    /// - Seen in: the headers that SDKs of the sister platform (Antom) send, and the default output
    ///   of several programming languages.
    CompactOffset,
    /// The value of a closed enum is not one of its known values.
    ///
    /// - Specification: one of the listed values, such as `"M"`.
    /// - Peers: other values, such as `"MALE"`. (If the policy lists the valid values with
    ///   [`FieldLimits::values`](crate::FieldLimits::values), that list is still enforced.)
    /// - Seen in: the published sample of the endpoint that returns a user's data, and the
    ///   documentation of one tenant (`"X"` as a gender).
    UnknownEnumValue,
}

impl Deviation {
    /// All deviations.
    pub const ALL: &'static [Self] = &[
        Self::AmountAsString,
        Self::MissingPlatformId,
        Self::DateOnly,
        Self::UnixMillis,
        Self::CompactOffset,
        Self::UnknownEnumValue,
    ];

    /// Returns the stable name that policy files use, such as `"amountAsString"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AmountAsString => "amountAsString",
            Self::MissingPlatformId => "missingPlatformId",
            Self::DateOnly => "dateOnly",
            Self::UnixMillis => "unixMillis",
            Self::CompactOffset => "compactOffset",
            Self::UnknownEnumValue => "unknownEnumValue",
        }
    }

    /// Returns the deviation with the given name.
    ///
    /// ```
    /// use miniprogram_protocol::Deviation;
    ///
    /// assert_eq!(Deviation::by_name("unixMillis"), Some(Deviation::UnixMillis));
    /// assert_eq!(Deviation::by_name("anything"), None);
    /// ```
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|deviation| deviation.name() == name)
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of deviations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Deviations(u8);

impl Deviations {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) const ALL: Self = {
        let (mut all, mut rest) = (Self::NONE, Deviation::ALL);
        while let Some((first, others)) = rest.split_first() {
            all = all.with(*first);
            rest = others;
        }
        all
    };

    pub(crate) const fn with(self, deviation: Deviation) -> Self {
        Self(self.0 | 1 << deviation as u8)
    }

    pub(crate) const fn without(self, deviation: Deviation) -> Self {
        Self(self.0 & !(1 << deviation as u8))
    }

    pub(crate) const fn contains(self, deviation: Deviation) -> bool {
        self.0 & 1 << deviation as u8 != 0
    }
}
