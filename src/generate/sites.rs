//! Injection sites: the locations in a valid document where a violation can be injected.

use super::{
    RawDocument,
    invalid_string::{RequiredString, StringSite, defects},
    mutation::{Mutation, Replacement},
    raw_document::{PathSegment, to_pointer},
    value::{allows_string, max_items},
};
use crate::{
    policy::{Policy, UnknownFieldPolicy},
    schema::{
        ArrayType, CrossFieldRule, IntegerConstraints, JsonType, Requirement, Schema, ValueType,
    },
    validate::EffectiveString,
};

/// A location in a document where a violation can be injected, and the mutation that does so.
pub(super) struct InjectionSite {
    pub(super) path: Vec<PathSegment>,
    pub(super) mutation: Mutation,
    /// The pointers to the values that the mutation reads or changes.
    pub(super) affected: Vec<String>,
}

/// Returns all injection sites in a valid document.
pub(super) fn find_sites(
    schema: &'static Schema,
    policy: &Policy,
    document: &RawDocument,
) -> Vec<InjectionSite> {
    let mut sites = Vec::new();
    SiteFinder { policy, sites: &mut sites, path: Vec::new() }.visit_object(schema, &[], document);
    sites
}

/// Returns the path of the object or array that contains the value at a path.
pub(super) fn parent(path: &[PathSegment]) -> &[PathSegment] {
    path.split_last().map_or(path, |(_, parent)| parent)
}

/// The name of an injected unknown field. No schema has a field with this name.
const UNKNOWN_FIELD_NAME: &str = "unknown";

/// A search for injection sites in the value at a path.
struct SiteFinder<'a> {
    policy: &'a Policy,
    sites: &'a mut Vec<InjectionSite>,
    path: Vec<PathSegment>,
}

impl SiteFinder<'_> {
    fn child(&mut self, segment: PathSegment) -> SiteFinder<'_> {
        let path = self.path.iter().copied().chain([segment]).collect();
        SiteFinder { policy: self.policy, sites: self.sites, path }
    }

    /// Adds a site at the path. `related` contains the fields of the same object that appear in a
    /// cross-field rule together with the field at the path.
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
                let requirement = rule.requirement(|field| document.has(field), has_value)?;
                Some((*rule, requirement))
            })
            .collect();
        for (field, field_type) in self.policy.fields(schema) {
            let value = document.field(field.name).filter(|value| !value.is_null());
            let Some(value) = value else { continue };
            let rules = rules.iter().filter(|rule| rule.fields().any(|name| name == field.name));
            let related: Vec<_> = rules.flat_map(|rule| rule.fields()).collect();
            let mut site = self.child(PathSegment::Field(field.name));
            site.add_site(Mutation::DuplicateField, &related);
            if site.policy.requires(field) {
                site.add_site(Mutation::RemoveField("required"), &related);
                site.add_replacement(Replacement::Null("required"), &related);
            }
            let all = requirements.iter().map(|(_, requirement)| *requirement);
            let required = RequiredString::new(field.name, all);
            site.visit_value(field_type, &related, required, value);
        }
        if self.policy.unknown_field_policy() == UnknownFieldPolicy::Reject
            && self.policy.unknown_fields_limit() > 0
        {
            self.child(PathSegment::Field(UNKNOWN_FIELD_NAME))
                .add_site(Mutation::AddUnknownField, &[]);
        }
        for (rule, requirement) in requirements {
            self.visit_requirement(rule, requirement, document);
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
                for field in fields.iter().filter(|field| document.has(field)) {
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
        required: RequiredString,
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
        for defect in defects(site) {
            self.add_replacement(
                Replacement::InvalidString(defect, Box::new(site.clone())),
                related,
            );
        }
    }

    fn visit_integer(&mut self, constraints: IntegerConstraints, related: &[&'static str]) {
        let string_allowed = allows_string(constraints, self.policy);
        let (minimum, maximum) = (constraints.minimum, constraints.maximum);
        self.add_replacement(Replacement::NotAnInteger { string_allowed }, related);
        // There is no site if the minimum is `i64::MIN`, because a number below it would cause a
        // `type` violation.
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
            site.visit_value(array_type.items.value_type(), &[], RequiredString::default(), value);
        }
    }
}
