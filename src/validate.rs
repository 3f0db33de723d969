//! Judging a value: [`Validate`], its proof [`Valid`], and the [`Cursor`] that knows the place.

use crate::{Deviation, Policy, Table, Violation, ViolationKind, Violations, read};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt::Write as _, mem, ops::Deref};

/// A value that has rules.
///
/// Every table implements it. A struct of your own that holds tables can, too:
///
/// ```
/// use miniprogram_protocol::{Cursor, Validate, dictionary::Amount};
///
/// struct Refund {
///     amount: Amount,
/// }
///
/// impl Validate for Refund {
///     fn check(&self, at: &mut Cursor<'_>) {
///         self.amount.check(&mut at.member("amount"));
///     }
/// }
///
/// let refund = Refund { amount: Amount::new("USD", -1) };
/// assert_eq!(refund.validate().unwrap_err()[0].path(), "/amount/value");
/// ```
pub trait Validate {
    /// Reports every broken rule of the value, which stands at `at`.
    fn check(&self, at: &mut Cursor<'_>);

    /// Judges the value by the dictionary. Saying yes allocates nothing.
    ///
    /// # Errors
    /// Every rule that the value breaks, at most 64 of them.
    fn validate(&self) -> Result<(), Violations> {
        let mut report = Report::default();
        self.check(&mut Cursor::new(&DICTIONARY, Scope::Everything, &mut report));
        report.verdict()
    }

    /// Judges the value by a policy of your own. What it gives is what the policy let pass though
    /// the documents do not, in the shape of violations: each [`Deviation`](crate::Deviation), as
    /// many as the policy reports of violations.
    ///
    /// # Errors
    /// Every rule that the value breaks, as far as the policy reports them.
    fn validate_with(&self, policy: &Policy) -> Result<Vec<Violation>, Violations> {
        let mut report = Report::default();
        self.check(&mut Cursor::new(policy, Scope::Everything, &mut report));
        report.verdict()?;
        Ok(report.into_tolerated())
    }
}

impl<T: Validate> Validate for Option<T> {
    fn check(&self, at: &mut Cursor<'_>) {
        if let Some(value) = self {
            value.check(at);
        }
    }
}

impl<T: Validate> Validate for Vec<T> {
    fn check(&self, at: &mut Cursor<'_>) {
        for (index, value) in self.iter().enumerate() {
            value.check(&mut at.element(index));
        }
    }
}

/// A value that was validated: by [`Valid::new`], by [`from_json`](crate::from_json) or by
/// [`Deserialize`], or by one of the first two with a policy of your own.
///
/// Inside any framework's JSON extractor, `Valid<Order>` in place of `Order` makes the extractor
/// validate; its error then names every violation.
///
/// ```
/// use miniprogram_protocol::{Valid, dictionary::Amount};
///
/// let amount: Valid<Amount> = serde_json::from_str(r#"{"currency":"USD","value":10000}"#).unwrap();
/// assert_eq!(amount.value, 10_000);
///
/// let error = serde_json::from_str::<Valid<Amount>>(r#"{"currency":"USD"}"#).unwrap_err();
/// assert_eq!(error.to_string(), "/value is required");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Valid<T>(T);

impl<T> Valid<T> {
    /// Only for a value whose validation just passed.
    pub(crate) const fn assume(value: T) -> Self {
        Self(value)
    }

    /// The value, free to be changed again.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: Validate> Valid<T> {
    /// Validates by the dictionary.
    ///
    /// # Errors
    /// Every rule that the value breaks, at most 64 of them.
    pub fn new(value: T) -> Result<Self, Violations> {
        Self::new_with(value, &DICTIONARY)
    }

    /// Validates by a policy of your own.
    ///
    /// # Errors
    /// Every rule that the value breaks, as far as the policy reports them.
    pub fn new_with(value: T, policy: &Policy) -> Result<Self, Violations> {
        value.validate_with(policy)?;
        Ok(Self(value))
    }
}

impl<T> Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> AsRef<T> for Valid<T> {
    fn as_ref(&self) -> &T {
        &self.0
    }
}

impl<T: Serialize> Serialize for Valid<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'de, T: Table> Deserialize<'de> for Valid<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        read::deserialize(from, Scope::Everything).map(Self)
    }
}

/// How much of what is found is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// What keeps the type from holding all of the value: wrong types, missing members that it has
    /// no absence for, members that stand twice.
    Shape,
    /// Every rule.
    Everything,
}

/// The policy of whoever has none of their own.
pub(crate) static DICTIONARY: Policy = Policy::dictionary();

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    violations: Vec<Violation>,
    tolerated: Vec<Violation>,
}

impl Report {
    /// The violations, if there are some.
    #[inline]
    pub(crate) fn verdict(&mut self) -> Result<(), Violations> {
        if self.is_empty() { Ok(()) } else { Err(self.take_violations()) }
    }

    /// Whether nothing was violated.
    pub(crate) fn is_empty(&self) -> bool {
        self.violations.is_empty()
    }

    /// Takes the violations, of which there are some.
    pub(crate) fn take_violations(&mut self) -> Violations {
        Violations::new(mem::take(&mut self.violations))
    }

    /// What was tolerated.
    pub(crate) fn into_tolerated(self) -> Vec<Violation> {
        self.tolerated
    }
}

/// Adds what was found at a place to the others, of which there may be `limit`.
#[cold]
fn add(found: &mut Vec<Violation>, limit: usize, path: Path<'_>, kind: ViolationKind) {
    if found.len() < limit {
        found.push(Violation::new(path.to_pointer(), kind));
    } else if found.len() == limit {
        found.push(Violation::new("", ViolationKind::TooMany { max_violations: limit as u64 }));
    }
}

/// A place in a value under validation: it knows its path, the policy, and where violations go.
///
/// The path is a chain of stack frames, written out only when a rule is broken.
#[derive(Debug)]
pub struct Cursor<'a> {
    policy: &'a Policy,
    scope: Scope,
    report: &'a mut Report,
    path: Path<'a>,
}

#[derive(Clone, Copy, Debug)]
struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

/// The way from a value to one inside it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'a> {
    /// None: it is the value itself.
    Here,
    Member(&'a str),
    Element(usize),
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(policy: &'a Policy, scope: Scope, report: &'a mut Report) -> Self {
        Self { policy, scope, report, path: Path { parent: None, step: Step::Here } }
    }

    /// The member `name` of the object here, by its name on the wire. Of a long name the pointer
    /// holds 64 characters.
    #[inline]
    pub fn member<'b>(&'b mut self, name: &'b str) -> Cursor<'b> {
        self.step(Step::Member(name))
    }

    /// The element at `index` of the array here.
    #[inline]
    pub fn element(&mut self, index: usize) -> Cursor<'_> {
        self.step(Step::Element(index))
    }

    #[inline]
    pub(crate) fn step<'b>(&'b mut self, step: Step<'b>) -> Cursor<'b> {
        Cursor {
            policy: self.policy,
            scope: self.scope,
            report: self.report,
            path: Path { parent: Some(&self.path), step },
        }
    }

    /// The policy that the value is judged by.
    #[must_use]
    pub const fn policy(&self) -> &'a Policy {
        self.policy
    }

    /// How many arrays and objects a member of the object here stands in.
    pub(crate) fn levels(&self) -> u8 {
        let mut levels = 1_u8;
        let mut path = &self.path;
        while let Some(parent) = path.parent {
            levels = levels.saturating_add(1);
            path = parent;
        }
        levels
    }

    /// Whether rules are judged, and not the shape alone.
    #[inline]
    pub(crate) fn judges(&self) -> bool {
        self.scope == Scope::Everything
    }

    /// Reports a violation of the value here.
    #[cold]
    pub fn violate(&mut self, kind: ViolationKind) {
        add(&mut self.report.violations, self.policy.violations_limit(), self.path, kind);
    }

    /// Reports what the policy lets pass.
    #[cold]
    pub(crate) fn tolerate(&mut self, kind: ViolationKind) {
        add(&mut self.report.tolerated, self.policy.violations_limit(), self.path, kind);
    }

    /// Reports a violation, or that the policy lets it pass as a deviation. Whether it does.
    #[cold]
    pub(crate) fn violate_or_tolerate(
        &mut self,
        deviation: Deviation,
        kind: ViolationKind,
    ) -> bool {
        let tolerates = self.policy.tolerates(deviation);
        if tolerates {
            self.tolerate(kind);
        } else {
            self.violate(kind);
        }
        tolerates
    }
}

impl Path<'_> {
    /// How many characters of a name are written, for the payload may have chosen it.
    const NAME: usize = 64;

    fn to_pointer(self) -> String {
        let mut pointer = String::new();
        self.write(&mut pointer);
        pointer
    }

    fn write(&self, pointer: &mut String) {
        if let Some(parent) = self.parent {
            parent.write(pointer);
        }
        match self.step {
            Step::Here => {}
            Step::Element(index) => {
                pointer.push('/');
                // Writing to a string cannot fail.
                let _ = write!(pointer, "{index}");
            }
            Step::Member(name) => {
                pointer.push('/');
                for character in name.chars().take(Self::NAME) {
                    match character {
                        '~' => pointer.push_str("~0"),
                        '/' => pointer.push_str("~1"),
                        other => pointer.push(other),
                    }
                }
            }
        }
    }
}
