use crate::{
    policy::Policy,
    report::{Violation, ViolationKind, Violations, push_escaped, truncate_name},
    schema::{Deviation, JsonType},
};
use std::{fmt::Write as _, mem};

/// The set of constraints that are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Only the constraints that the Rust type imposes: JSON types, the presence of fields that are
    /// not an `Option`, and the absence of duplicates.
    Structure,
    /// All constraints, but no custom checks.
    WithoutCustomChecks,
    /// All constraints, and the policy's custom checks.
    All,
}

/// The default policy.
pub(crate) static STRICT_POLICY: Policy = Policy::strict();

/// The violations found so far and, in a separate list, those that the policy tolerates.
#[derive(Debug, Default)]
pub(crate) struct Report {
    violations: Vec<Violation>,
    tolerated: Vec<Violation>,
}

impl Report {
    /// Creates a report that contains only tolerated deviations.
    pub(crate) const fn from_tolerated(tolerated: Vec<Violation>) -> Self {
        Self { violations: Vec::new(), tolerated }
    }

    /// Returns the violations as an error, if any.
    #[inline]
    pub(crate) fn take_result(&mut self) -> Result<(), Violations> {
        if self.is_empty() { Ok(()) } else { Err(self.take_violations()) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.violations.is_empty()
    }

    /// Takes the violations, which must not be empty, and the tolerated deviations.
    #[cold]
    pub(crate) fn take_violations(&mut self) -> Violations {
        Violations::new(mem::take(&mut self.violations))
            .with_tolerated(mem::take(&mut self.tolerated))
    }

    pub(crate) fn into_tolerated(self) -> Vec<Violation> {
        self.tolerated
    }
}

/// Reopens a report, so that more violations can be added.
impl From<Violations> for Report {
    fn from(violations: Violations) -> Self {
        let (violations, tolerated) = violations.into_parts();
        Self { violations, tolerated }
    }
}

/// Adds a violation to a list, or marks the list as truncated if it already has `limit` violations.
#[cold]
fn add_violation(list: &mut Vec<Violation>, limit: usize, path: Path<'_>, kind: ViolationKind) {
    if list.len() < limit {
        list.push(Violation::new(path.to_pointer(), kind));
    } else if list.len() == limit {
        list.push(Violation::new("", ViolationKind::Truncated { max_violations: limit as u64 }));
    }
}

/// The context of a value during validation: its path, the policy, and the report.
///
/// The path is a linked list on the stack, and is converted to a JSON Pointer only when a violation
/// is reported.
#[derive(Debug)]
pub struct ValidationContext<'a> {
    policy: &'a Policy,
    scope: Scope,
    report: &'a mut Report,
    path: Path<'a>,
}

#[derive(Clone, Copy, Debug)]
struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    segment: PathSegment<'a>,
}

/// A segment of a path.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PathSegment<'a> {
    /// The root, which has no segment.
    Root,
    Field(&'a str),
    Index(usize),
}

impl<'a> ValidationContext<'a> {
    pub(crate) fn new(policy: &'a Policy, scope: Scope, report: &'a mut Report) -> Self {
        let path = Path { parent: None, segment: PathSegment::Root };
        Self { policy, scope, report, path }
    }

    /// Returns the context of the field with the given JSON name. JSON Pointers in violations
    /// contain at most the first 64 characters of the name.
    #[inline]
    pub fn field<'b>(&'b mut self, name: &'b str) -> ValidationContext<'b> {
        self.child(PathSegment::Field(name))
    }

    /// Returns the context of the array element at an index.
    #[inline]
    pub fn index(&mut self, index: usize) -> ValidationContext<'_> {
        self.child(PathSegment::Index(index))
    }

    /// Returns the context of a field or an array element.
    #[inline]
    pub(crate) fn child<'b>(&'b mut self, segment: PathSegment<'b>) -> ValidationContext<'b> {
        ValidationContext {
            policy: self.policy,
            scope: self.scope,
            report: self.report,
            path: Path { parent: Some(&self.path), segment },
        }
    }

    /// Returns the policy against which the value is validated.
    #[must_use]
    pub const fn policy(&self) -> &'a Policy {
        self.policy
    }

    /// Returns the nesting depth of the fields of this object: the number of arrays and objects that
    /// contain them, including this one.
    pub(crate) fn depth(&self) -> u8 {
        let mut depth = 1_u8;
        let mut path = &self.path;
        while let Some(parent) = path.parent {
            depth = depth.saturating_add(1);
            path = parent;
        }
        depth
    }

    /// Returns whether all constraints are checked, rather than only the structure.
    #[inline]
    pub(crate) fn checks_constraints(&self) -> bool {
        self.scope != Scope::Structure
    }

    /// Returns whether the policy's custom checks run. They cannot change a report that is full.
    pub(crate) fn runs_custom_checks(&self) -> bool {
        self.scope == Scope::All && !self.is_report_full()
    }

    /// Returns a context of the same value that runs no custom checks and has its own report.
    pub(crate) fn without_custom_checks<'b>(
        &'b self,
        report: &'b mut Report,
    ) -> ValidationContext<'b> {
        ValidationContext { scope: Scope::WithoutCustomChecks, report, ..*self }
    }

    /// Returns true if no further violation can change the report, because it is truncated and the
    /// policy tolerates no deviation. The rest of the input can then be skipped.
    #[inline]
    pub(crate) fn is_report_full(&self) -> bool {
        self.report.violations.len() > self.policy.violations_limit()
            && !self.policy.allows_any_deviation()
    }

    /// Reports that the value violates a constraint.
    #[cold]
    pub fn report(&mut self, kind: ViolationKind) {
        add_violation(&mut self.report.violations, self.policy.violations_limit(), self.path, kind);
    }

    /// Reports a violation that the policy tolerates.
    #[cold]
    pub(crate) fn tolerate(&mut self, kind: ViolationKind) {
        add_violation(&mut self.report.tolerated, self.policy.violations_limit(), self.path, kind);
    }

    /// Reports a violation, or adds it to the tolerated ones if the policy allows the deviation.
    /// Returns whether the policy allows it.
    #[cold]
    pub(crate) fn report_or_tolerate(&mut self, deviation: Deviation, kind: ViolationKind) -> bool {
        let is_allowed = self.policy.allows(deviation);
        if is_allowed {
            self.tolerate(kind);
        } else {
            self.report(kind);
        }
        is_allowed
    }

    /// Reports a value of the wrong type.
    #[cold]
    pub(crate) fn report_wrong_type(&mut self, expected: JsonType, found: JsonType) {
        self.report(ViolationKind::Type { expected, found });
    }

    /// Reports that the required field `name` of this object is missing, or tolerates its absence
    /// if the policy allows `absence_deviation`.
    #[cold]
    #[inline(never)]
    pub(crate) fn report_missing(&mut self, name: &str, absence_deviation: Option<Deviation>) {
        let mut cx = self.field(name);
        match absence_deviation {
            Some(deviation) => {
                cx.report_or_tolerate(deviation, ViolationKind::Required);
            }
            None => cx.report(ViolationKind::Required),
        }
    }
}

impl Path<'_> {
    fn to_pointer(self) -> String {
        let mut pointer = String::new();
        self.write(&mut pointer);
        pointer
    }

    fn write(&self, pointer: &mut String) {
        if let Some(parent) = self.parent {
            parent.write(pointer);
        }
        match self.segment {
            PathSegment::Root => {}
            PathSegment::Index(index) => {
                pointer.push('/');
                // Writing to a string cannot fail.
                let _ = write!(pointer, "{index}");
            }
            PathSegment::Field(name) => {
                pointer.push('/');
                for character in truncate_name(name).chars() {
                    push_escaped(pointer, character);
                }
            }
        }
    }
}
