//! Injection sites: the locations in a valid document where a violation can be injected.

use super::{
    RawDocument,
    invalid::ExpectedViolation,
    invalid_string::{StringRequirements, StringSite, possible_defects},
    mutation::{Mutation, RandomSource, Replacement},
    raw_document::{PathSegment, to_pointer},
    value::{allows_integer_as_string, max_items},
};
use crate::{
    policy::{EffectiveField, Policy, UnknownFieldPolicy},
    schema::{
        ArrayType, Constant, CrossFieldRule, IntegerConstraints, JsonType, Requirement, Schema,
        ValueType,
    },
    validate::EffectiveString,
};
use std::collections::{BTreeMap, BTreeSet};

/// A location in a document where a violation can be injected, and the mutation that does so.
pub(super) struct InjectionSite {
    pub(super) path: Vec<PathSegment>,
    pub(super) mutation: Mutation,
    /// The pointers to the values that the mutation depends on or changes.
    pub(super) affected: Vec<String>,
}

impl InjectionSite {
    /// Returns whether the two sites affect the same value, or one affects a value that is nested
    /// in a value affected by the other.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.affected
            .iter()
            .any(|path| other.affected.iter().any(|other| pointers_overlap(path, other)))
    }
}

/// Returns whether one pointer is equal to the other or a prefix of it.
fn pointers_overlap(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The sites in a valid document where a violation can still be injected.
pub(super) struct InjectionSites(Vec<InjectionSite>);

impl InjectionSites {
    pub(super) fn find(schema: &'static Schema, policy: &Policy, document: &RawDocument) -> Self {
        let mut sites = Vec::new();
        let avoided = Vec::new();
        let mut finder = SiteFinder { policy, sites: &mut sites, path: Vec::new(), avoided };
        finder.visit_object(schema, &[], document);
        Self(sites)
    }

    /// Returns the number of values into which a violation can be injected.
    pub(super) fn count_values(&self) -> usize {
        self.0.iter().map(|site| &site.path).collect::<BTreeSet<_>>().len()
    }

    /// Returns the number of distinct codes of the violations that can be injected.
    pub(super) fn count_codes(&self) -> usize {
        self.0.iter().map(InjectionSite::code).collect::<BTreeSet<_>>().len()
    }

    /// Removes and returns a random site. First chooses a code that fewer than `max_per_code` of
    /// the violations have, with a preference for rare codes. Without the preference, nearly all
    /// violations would have the codes that apply to every value.
    pub(super) fn take_random(
        &mut self,
        violations: &[ExpectedViolation],
        max_per_code: usize,
        random: &mut RandomSource,
    ) -> Option<InjectionSite> {
        /// The base weight of a violation code. It is divided by the number of values that can have
        /// the violation, and reduced further for each earlier use of the code.
        const BASE_WEIGHT: usize = 1_000_000;
        let mut values = BTreeMap::<_, BTreeSet<_>>::new();
        for site in &self.0 {
            values.entry(site.code()).or_default().insert(&site.path);
        }
        let weights = values.iter().filter_map(|(code, values)| {
            let uses = violations.iter().filter(|violation| violation.code == *code).count();
            // `dependentRequired` is preferred, because most violations in the fields of a
            // cross-field rule prevent a violation of the rule itself.
            let values = if *code == "dependentRequired" { 1 } else { 2 * values.len() };
            (uses < max_per_code)
                .then(|| (*code, BASE_WEIGHT / (values * (1 + uses * uses)).max(1)))
        });
        let weights: Vec<_> = weights.collect();
        let code = random.pick_weighted(&weights)?;
        let sites = self.0.iter().enumerate().filter(|(_, site)| site.code() == code);
        let index = random.pick(&sites.map(|(index, _)| index).collect::<Vec<_>>());
        #[expect(clippy::disallowed_methods, reason = "it is the index of a site")]
        Some(self.0.swap_remove(index))
    }

    /// Removes the sites that overlap with the given site.
    pub(super) fn remove_overlapping(&mut self, site: &InjectionSite) {
        self.0.retain(|other| !site.overlaps(other));
    }
}

/// Returns the path of the object or array that contains the value at a path.
pub(super) fn parent(path: &[PathSegment]) -> &[PathSegment] {
    path.split_last().map_or(path, |(_, parent)| parent)
}

/// Returns the condition of a `RequiredIf` rule whose required field is absent from `document`: the
/// name of a field inside `outer`, and the value that would trigger the rule.
fn condition_to_avoid(
    rule: &CrossFieldRule,
    outer: &str,
    document: &RawDocument,
) -> Option<(&'static str, &'static str)> {
    let CrossFieldRule::RequiredIf { field, when, is: Constant::String(is) } = *rule else {
        return None;
    };
    let inner = when.strip_prefix(outer)?.strip_prefix('/')?;
    (!document.has_field(field)).then_some((inner, is))
}

/// The name of an unknown field. No schema has a field with this name, and the unknown fields of
/// valid documents have shorter names.
const UNKNOWN_FIELD: &str = "unknownField";

/// A visitor that finds injection sites in the value at a path.
struct SiteFinder<'a> {
    policy: &'a Policy,
    sites: &'a mut Vec<InjectionSite>,
    path: Vec<PathSegment>,
    /// Fields of the object at the path, each with a value to avoid, because it would make a
    /// cross-field rule of the parent object require a field that is absent.
    avoided: Vec<(&'static str, &'static str)>,
}

impl SiteFinder<'_> {
    fn child(&mut self, segment: PathSegment) -> SiteFinder<'_> {
        let path = self.path.iter().copied().chain([segment]).collect();
        SiteFinder { policy: self.policy, sites: self.sites, path, avoided: Vec::new() }
    }

    /// Adds a site at the path. `related` contains the fields that appear in a cross-field rule
    /// together with the field at the path.
    fn add_site(&mut self, mutation: Mutation, related: &[&'static str]) {
        let object = to_pointer(parent(&self.path));
        let related = related.iter().map(|field| format!("{object}/{field}"));
        let affected = related.chain([to_pointer(&self.path)]).collect();
        self.sites.push(InjectionSite { path: self.path.clone(), mutation, affected });
    }

    fn add_replacement(&mut self, replacement: Replacement, related: &[&'static str]) {
        self.add_site(Mutation::Replace(replacement), related);
    }

    fn visit_object(
        &mut self,
        schema: &'static Schema,
        field_rules: &'static [CrossFieldRule],
        document: &RawDocument,
    ) {
        let rules: Vec<_> = schema.cross_field_rules.iter().chain(field_rules).collect();
        let has_value = |path: &str, value| document.has_value(path, value);
        let requirements: Vec<_> = rules
            .iter()
            .filter_map(|rule| {
                let requirement = rule.requirement(|field| document.has_field(field), has_value)?;
                Some((*rule, requirement))
            })
            .filter(|(_, requirement)| match requirement {
                Requirement::Value { is, .. } => self.policy.enforces_value_by_key(is),
                _ => true,
            })
            .collect();
        for EffectiveField { field, value_type, required: is_required } in
            self.policy.fields(schema)
        {
            let value = document.field(field.name).filter(|value| !value.is_null());
            let Some(value) = value else { continue };
            let avoided = self.avoided.iter().find(|(name, _)| *name == field.name);
            let avoided = avoided.map(|(_, value)| *value);
            let mut site = self.child(PathSegment::Field(field.name));
            let inner =
                rules.iter().filter_map(|rule| condition_to_avoid(rule, field.name, document));
            site.avoided = inner.collect();
            let rules = rules.iter().filter(|rule| rule.fields().any(|name| name == field.name));
            let related: Vec<_> = rules.flat_map(|rule| rule.fields()).collect();
            site.add_site(Mutation::DuplicateField, &related);
            if is_required {
                site.add_site(Mutation::RemoveField("required"), &related);
                site.add_replacement(Replacement::Null("required"), &related);
            }
            let all = requirements.iter().map(|(_, requirement)| *requirement);
            let required = StringRequirements::new(field.name, all).with_avoided_value(avoided);
            site.visit_value(value_type, &related, required, value);
        }
        self.visit_unknown_fields(schema, document);
        for (rule, requirement) in requirements {
            self.visit_requirement(rule, requirement, document);
        }
    }

    fn visit_unknown_fields(&mut self, schema: &Schema, document: &RawDocument) {
        let mutation = match self.policy.unknown_field_policy() {
            UnknownFieldPolicy::Reject => Mutation::AddUnknownField,
            // Duplicate unknown fields are injected only at the root, because they would otherwise
            // outnumber all other violations of small objects.
            UnknownFieldPolicy::Keep if self.path.is_empty() => Mutation::AddDuplicateUnknownField,
            _ => return,
        };
        let RawDocument::Object(fields) = document else { return };
        let unknown = fields.iter().filter(|(name, _)| schema.field(name).is_none());
        if unknown.count() < self.policy.unknown_fields_limit() {
            self.child(PathSegment::Field(UNKNOWN_FIELD)).add_site(mutation, &[]);
        }
    }

    fn visit_requirement(
        &mut self,
        rule: &CrossFieldRule,
        requirement: Requirement,
        document: &RawDocument,
    ) {
        match requirement {
            Requirement::AllOf(fields) => {
                let related: Vec<_> = rule.fields().collect();
                for field in fields.iter().filter(|field| document.has_field(field)) {
                    let mut site = self.child(PathSegment::Field(field));
                    site.add_site(Mutation::RemoveField("dependentRequired"), &related);
                }
            }
            Requirement::AtLeastOneOf(fields) => self.add_site(Mutation::RemoveAllOf(fields), &[]),
            // `visit_string` adds the sites for violations of these requirements.
            Requirement::Format { .. } | Requirement::Value { .. } => {}
        }
    }

    fn visit_value(
        &mut self,
        value_type: ValueType,
        related: &[&'static str],
        required: StringRequirements,
        value: &RawDocument,
    ) {
        match value_type {
            ValueType::String(string_type) => {
                let effective = EffectiveString::new(string_type, self.policy);
                let string = value.as_str().unwrap_or_default().to_owned();
                self.visit_string(related, &StringSite { effective, required, string });
            }
            ValueType::Integer(constraints) => self.visit_integer(constraints, related),
            ValueType::Boolean => {
                self.add_replacement(Replacement::WrongType(JsonType::Boolean), related);
            }
            ValueType::Array(array_type) | ValueType::OneOrMany(array_type) => {
                self.visit_array(array_type, related, value);
            }
            ValueType::Object(schema, constraints) => {
                self.add_replacement(Replacement::WrongType(JsonType::Object), related);
                self.visit_object(schema, constraints.cross_field_rules, value);
            }
        }
    }

    fn visit_string(&mut self, related: &[&'static str], site: &StringSite) {
        self.add_replacement(Replacement::WrongType(JsonType::String), related);
        for defect in possible_defects(site) {
            self.add_replacement(
                Replacement::InvalidString(defect, Box::new(site.clone())),
                related,
            );
        }
    }

    fn visit_integer(&mut self, constraints: IntegerConstraints, related: &[&'static str]) {
        let string_allowed = allows_integer_as_string(constraints, self.policy);
        let (minimum, maximum) = (constraints.minimum, constraints.maximum);
        self.add_replacement(Replacement::NotAnInteger { string_allowed }, related);
        // A number below the minimum `i64::MIN` would cause a `type` violation, so no site is
        // added.
        if minimum > i64::MIN {
            self.add_replacement(Replacement::BelowMinimum { minimum, string_allowed }, related);
        }
        self.add_replacement(Replacement::AboveMaximum { maximum, string_allowed }, related);
    }

    fn visit_array(
        &mut self,
        array_type: ArrayType,
        related: &[&'static str],
        value: &RawDocument,
    ) {
        self.add_replacement(Replacement::WrongType(JsonType::Array), related);
        let RawDocument::Array(elements) = value else { return };
        let max_length = max_items(array_type.max_items, self.policy);
        if let Some(max_length) = max_length.filter(|_| !elements.is_empty()) {
            self.add_site(Mutation::ExceedMaxItems(max_length), related);
        }
        for (index, value) in elements.iter().enumerate() {
            let mut site = self.child(PathSegment::Index(index));
            site.add_replacement(Replacement::Null("type"), &[]);
            site.visit_value(
                array_type.items.value_type(),
                &[],
                StringRequirements::default(),
                value,
            );
        }
    }
}
