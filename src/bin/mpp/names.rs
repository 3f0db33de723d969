//! Lookup of types, enums, endpoints, fields and violation codes by name, with suggestions for unknown
//! names.

use super::{codes::Explanation, explain::Topic, show};
use miniprogram_protocol::{
    __private::count_typos, Edition, Schema, endpoint::EndpointMetadata, schema::EnumSchema,
};
use std::cmp::Reverse;

/// A type, an enum or an endpoint.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Definition {
    Type(&'static Schema),
    Enum(&'static EnumSchema),
    Endpoint(&'static EndpointMetadata),
}

/// Finds a type by its name, ignoring case. The error message suggests similar names, and then
/// lists all names.
pub(crate) fn parse_type(name: &str) -> Result<&'static Schema, String> {
    if let Some(schema) = find_enum(name) {
        return Err(format!("`{}` is an enum, not a document type", schema.name));
    }
    find_type(name).ok_or_else(|| unknown_name_message("type", name, &[("types", &type_names())]))
}

fn find_type(name: &str) -> Option<&'static Schema> {
    Schema::ALL.iter().copied().find(|schema| schema.name.eq_ignore_ascii_case(name))
}

fn find_enum(name: &str) -> Option<&'static EnumSchema> {
    EnumSchema::all().find(|schema| schema.name.eq_ignore_ascii_case(name))
}

fn find_endpoint(name: &str) -> Option<&'static EndpointMetadata> {
    let mut endpoints = EndpointMetadata::ALL.iter().copied();
    endpoints.find(|endpoint| endpoint.name.eq_ignore_ascii_case(name))
}

/// Finds a type, enum or endpoint by its name, ignoring case. The error message suggests similar
/// names, and then lists all names.
pub(crate) fn parse_definition(name: &str) -> Result<Definition, String> {
    find_type(name)
        .map(Definition::Type)
        .or_else(|| find_enum(name).map(Definition::Enum))
        .or_else(|| find_endpoint(name).map(Definition::Endpoint))
        .ok_or_else(|| {
            let (types, enums, endpoints) = (type_names(), enum_names(), endpoint_names());
            let names = [("types", &*types), ("enums", &*enums), ("endpoints", &*endpoints)];
            unknown_name_message("type, enum or endpoint", name, &names)
        })
}

/// Finds an endpoint by its name, ignoring case. The error message suggests similar names, and then
/// lists all names.
pub(crate) fn parse_endpoint(name: &str) -> Result<&'static EndpointMetadata, String> {
    find_endpoint(name)
        .ok_or_else(|| unknown_name_message("endpoint", name, &[("endpoints", &endpoint_names())]))
}

/// Finds a violation code, or a field in the form `TYPE.FIELD`, by its name, ignoring case. The
/// error message suggests similar names, and then lists all names.
pub(crate) fn parse_topic(name: &str) -> Result<Topic, String> {
    match name.split_once('.') {
        Some((type_name, field_name)) => field_topic(type_name, field_name),
        None => parse_code(name),
    }
}

fn parse_code(name: &str) -> Result<Topic, String> {
    if let Some(explanation) =
        Explanation::all().find(|explanation| explanation.code.eq_ignore_ascii_case(name))
    {
        return Ok(Topic::Code(explanation));
    }
    let mut types_and_enums = type_names().into_iter().chain(enum_names());
    if let Some(known) = types_and_enums.find(|known| known.eq_ignore_ascii_case(name)) {
        return Err(format!("`{known}` is not a violation code; `mpp show {known}` shows it"));
    }
    Err(unknown_name_message("violation code", name, &[("violation codes", &code_names())]))
}

fn field_topic(type_name: &str, field_name: &str) -> Result<Topic, String> {
    let schema = parse_type(type_name)?;
    let field = schema.fields.iter().find(|field| field.name.eq_ignore_ascii_case(field_name));
    field.map(|field| Topic::Field(schema, field)).ok_or_else(|| {
        let names: Vec<_> = schema.fields.iter().map(|field| field.name).collect();
        let title = format!("fields of {}", schema.name);
        unknown_name_message(&format!("field of {}:", schema.name), field_name, &[(&title, &names)])
    })
}

/// Finds an edition by its name, ignoring case. The error message suggests similar names, and then
/// lists all names.
pub(crate) fn parse_edition(name: &str) -> Result<Edition, String> {
    let mut editions = Edition::ALL.iter().copied();
    let edition = editions.find(|edition| edition.name().eq_ignore_ascii_case(name));
    edition.ok_or_else(|| unknown_name_message("edition", name, &[("editions", &edition_names())]))
}

pub(crate) fn edition_names() -> Vec<&'static str> {
    Edition::ALL.iter().map(|edition| edition.name()).collect()
}

pub(crate) fn type_names() -> Vec<&'static str> {
    Schema::ALL.iter().map(|schema| schema.name).collect()
}

pub(crate) fn enum_names() -> Vec<&'static str> {
    EnumSchema::all().map(|schema| schema.name).collect()
}

pub(crate) fn endpoint_names() -> Vec<&'static str> {
    EndpointMetadata::ALL.iter().map(|endpoint| endpoint.name).collect()
}

pub(crate) fn code_names() -> Vec<&'static str> {
    Explanation::all().map(|explanation| explanation.code).collect()
}

/// Returns the error message for an unknown name. `groups` contains groups of known names, each with
/// a title.
fn unknown_name_message(kind: &str, name: &str, groups: &[(&str, &[&'static str])]) -> String {
    let known = groups.iter().flat_map(|(_, names)| *names).copied();
    let similar: Vec<_> =
        similar_names(name, known).iter().map(|name| format!("`{name}`")).collect();
    let suggestion = if similar.is_empty() {
        String::new()
    } else {
        format!("; did you mean {}?", similar.join(" or "))
    };
    let lists = groups.iter().map(|(title, names)| {
        let lines = show::wrap(&names.join(", "), show::MAX_LINE_WIDTH - 2);
        format!("\n\nKnown {title}:\n  {}", lines.join("\n  "))
    });
    format!("unknown {kind} `{name}`{suggestion}{}", lists.collect::<String>())
}

/// Returns up to three known names that are similar to `name`, the most similar one first.
fn similar_names(name: &str, known: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let lower = name.to_ascii_lowercase();
    let mut similar = Vec::new();
    for original in known {
        let known = original.to_ascii_lowercase();
        let is_part = lower.len() > 2 && known.contains(&lower);
        let typos = count_typos(name, original).unwrap_or(usize::MAX);
        if is_part || typos < usize::MAX || lower.contains(&known) {
            similar.push((Reverse(is_part), typos, known.len(), original));
        }
    }
    similar.sort_unstable();
    similar.into_iter().map(|(.., name)| name).take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        Definition, Explanation, Schema, Topic, endpoint_names, enum_names, parse_definition,
        parse_endpoint, parse_topic, parse_type, type_names,
    };
    use std::collections::HashSet;

    fn similar_names(name: &str) -> Vec<&'static str> {
        super::similar_names(name, type_names().into_iter().chain(enum_names()))
    }

    fn name_of(definition: Definition) -> (&'static str, &'static str) {
        match definition {
            Definition::Type(schema) => ("type", schema.name),
            Definition::Enum(schema) => ("enum", schema.name),
            Definition::Endpoint(endpoint) => ("endpoint", endpoint.name),
        }
    }

    #[test]
    fn finds_types_and_enums_in_any_case() {
        for name in type_names() {
            for given in [name, &name.to_lowercase(), &name.to_uppercase()] {
                assert_eq!(parse_type(given).unwrap().name, name);
                let found = parse_definition(given).unwrap();
                assert_eq!(name_of(found), ("type", name));
            }
        }
        for name in enum_names() {
            for given in [name, &name.to_lowercase(), &name.to_uppercase()] {
                let found = parse_definition(given).unwrap();
                assert_eq!(name_of(found), ("enum", name));
            }
        }
    }

    #[test]
    fn finds_endpoints_in_any_case() {
        for name in endpoint_names() {
            for given in [name, &name.to_lowercase(), &name.to_uppercase()] {
                assert_eq!(parse_endpoint(given).unwrap().name, name);
                let found = parse_definition(given).unwrap();
                assert_eq!(name_of(found), ("endpoint", name));
            }
        }
    }

    #[test]
    fn names_are_unique_regardless_of_case() {
        let names = type_names().into_iter().chain(enum_names()).chain(endpoint_names());
        let names: Vec<_> = names.map(str::to_lowercase).collect();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
    }

    #[test]
    fn rejects_enums_as_document_types() {
        for name in ["Gender", "gender"] {
            let message = parse_type(name).unwrap_err();
            assert_eq!(message, "`Gender` is an enum, not a document type");
        }
    }

    #[test]
    fn finds_codes_in_any_case() {
        for code in Explanation::all().map(|explanation| explanation.code) {
            for name in [code, &code.to_lowercase(), &code.to_uppercase()] {
                match parse_topic(name).unwrap() {
                    Topic::Code(explanation) => assert_eq!(explanation.code, code),
                    Topic::Field(..) => panic!("{name} is a code"),
                }
            }
        }
    }

    #[test]
    fn finds_fields_in_any_case() {
        for schema in Schema::ALL {
            for field in schema.fields {
                let name = format!("{}.{}", schema.name, field.name);
                for name in [name.to_lowercase(), name] {
                    match parse_topic(&name).unwrap() {
                        Topic::Field(owner, found) => {
                            assert_eq!((owner.name, found.name), (schema.name, field.name));
                        }
                        Topic::Code(_) => panic!("{name} is a field"),
                    }
                }
            }
        }
    }

    #[test]
    fn suggests_codes_and_fields() {
        for (name, error) in [
            ("maxLenght", "unknown violation code `maxLenght`; did you mean `maxLength`"),
            ("Order.good", "unknown field of Order: `good`; did you mean `goods`?"),
            ("Odrer.goods", "unknown type `Odrer`; did you mean `Order`"),
            ("Gender.F", "`Gender` is an enum, not a document type"),
            ("order", "`Order` is not a violation code; `mpp show Order` shows it"),
            ("gender", "`Gender` is not a violation code; `mpp show Gender` shows it"),
        ] {
            let found = parse_topic(name).unwrap_err();
            assert!(found.starts_with(error), "{found}");
        }
    }

    #[test]
    fn suggests_names_for_typos() {
        for (typo, name) in [
            ("Oder", "Order"),
            ("Odrer", "Order"),
            ("user_name", "UserName"),
            ("deploy-app-info", "DeployAppInfo"),
            ("NotifyCardRegistrationReqest", "NotifyCardRegistrationRequest"),
            ("MesageChannel", "MessageChannel"),
        ] {
            assert_eq!(similar_names(typo).first(), Some(&name), "{typo}");
        }
    }

    #[test]
    fn suggests_names_that_contain_the_input() {
        let names = similar_names("MerchantSync");
        assert_eq!(names.get(..2).unwrap(), ["MerchantSyncRequest", "MerchantSyncResponse"]);
    }

    #[test]
    fn suggests_nothing_for_dissimilar_names() {
        assert_eq!(similar_names("Kangaroo"), [""; 0]);
        assert_eq!(similar_names(""), [""; 0]);
    }
}
