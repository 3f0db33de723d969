use std::fmt;

/// The document that contains a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceDocument {
    /// The data dictionary, a document of the specification.
    DataDictionary,
    /// The document of the specification that describes the endpoint `merchantSync`, which
    /// synchronizes a mini program.
    MerchantSync,
    /// The document of the specification that describes the endpoint `notifyCardRegistration`.
    NotifyCardRegistration,
    /// Pages of other public editions of the platform's documentation: the titles of the editions,
    /// each with the names of its pages.
    Editions(&'static str),
    /// A document of an application, or the path of the module that declares the type.
    Other(&'static str),
}

impl fmt::Display for SourceDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DataDictionary => "data dictionary",
            Self::MerchantSync => "endpoint merchantSync",
            Self::NotifyCardRegistration => "endpoint notifyCardRegistration",
            Self::Editions(name) | Self::Other(name) => name,
        })
    }
}

/// The confidence in a table: how many editions of the documentation contain it. The levels of
/// confidence are ordered from the lowest to the highest.
///
/// ```
/// use miniprogram_protocol::{
///     ProtocolType,
///     dictionary::Order,
///     endpoint::PlatformMessageSendRequest,
///     schema::Confidence,
/// };
///
/// assert_eq!(Order::SCHEMA.confidence, Some(Confidence::Specification));
/// assert_eq!(PlatformMessageSendRequest::SCHEMA.confidence, Some(Confidence::OneEdition));
/// assert!(Confidence::OneEdition < Confidence::Specification);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Confidence {
    /// One edition of the documentation contains the table.
    OneEdition,
    /// Two editions of the documentation contain the table. Where they differ, the table accepts both
    /// (interpretation E2).
    TwoEditions,
    /// The specification contains the table.
    Specification,
}

impl Confidence {
    /// Returns the stable name, such as `"twoEditions"`, which is the value of the keyword
    /// `x-confidence` in exported schemas.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OneEdition => "oneEdition",
            Self::TwoEditions => "twoEditions",
            Self::Specification => "specification",
        }
    }
}

/// Formats the confidence in words, such as `two editions`.
impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneEdition => "one edition",
            Self::TwoEditions => "two editions",
            Self::Specification => "specification",
        })
    }
}
