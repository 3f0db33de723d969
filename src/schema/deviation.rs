use std::fmt;

/// What peers send though the documents do not allow it, and what a policy may let pass.
///
/// What is let pass is kept and written back as it came, and is told to whoever asks:
/// [`validate_with`](crate::Validate::validate_with) and
/// [`check_json_with`](crate::check_json_with) give it when they say yes.
///
/// ```
/// use miniprogram_protocol::{Deviation, Policy, Validate, dictionary::Amount, from_json_with};
///
/// let json = br#"{"currency":"USD","value":"10000"}"#;
/// let policy = Policy::strict().allow(Deviation::AmountAsString);
/// let amount = from_json_with::<Amount>(json, &policy).unwrap();
/// assert_eq!(amount.value, 10_000);
/// assert_eq!(serde_json::to_vec(&amount).unwrap(), json);
///
/// let tolerated = amount.validate_with(&policy).unwrap();
/// assert_eq!(tolerated[0].to_string(), "/value must be an integer, not a string");
/// assert!(from_json_with::<Amount>(json, &Policy::strict()).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Deviation {
    /// The row `Amount.value` as a text that spells the integer in decimal digits, without blanks,
    /// plus sign or leading zeros: `"10000"`. It is judged by its number.
    ///
    /// Seen: every published sample of the payment calls prints it so, earlier editions of the
    /// dictionary give the row the type String, and so do the SDKs of the sister platform.
    AmountAsString,
    /// The row `platformId` of the call that synchronizes a mini program absent or null.
    ///
    /// Seen: the table says that it is required, the document's own sample of a request leaves it
    /// out.
    MissingPlatformId,
    /// The row `User.birthDate` as a date without time: `"2020-07-25"`.
    ///
    /// Seen: the published samples of the call that asks for users, and the document's own sample
    /// of `notifyCardRegistration`, have dates without time.
    DateOnly,
    /// A row of date-times as decimal digits, the milliseconds since 1970 that fit an `i64`:
    /// `"1747280655570"`. The length that the row allows holds.
    ///
    /// Seen: one tenant documents it so, and the SDKs of the sister platform changed their times to
    /// it.
    UnixMillis,
    /// A text that a closed list does not have. What a policy lists itself is not meant.
    ///
    /// Seen: `"MALE"` as a gender in the published sample of the call that asks for users, a
    /// tenant's `X`; wallets that a list of the documents does not name yet.
    UnknownEnumValue,
}

impl Deviation {
    /// All deviations.
    pub const ALL: &'static [Self] = &[
        Self::AmountAsString,
        Self::MissingPlatformId,
        Self::DateOnly,
        Self::UnixMillis,
        Self::UnknownEnumValue,
    ];

    /// The stable name for programs and policy files: `"amountAsString"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AmountAsString => "amountAsString",
            Self::MissingPlatformId => "missingPlatformId",
            Self::DateOnly => "dateOnly",
            Self::UnixMillis => "unixMillis",
            Self::UnknownEnumValue => "unknownEnumValue",
        }
    }

    /// The deviation of that name.
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
