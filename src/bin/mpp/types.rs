//! Types and calls by their names.

use super::show;
use miniprogram_protocol::{Schema, endpoint::EndpointMetadata};
use std::cmp::Reverse;
use strsim::levenshtein;

/// The type of that name; or the names that are nearest, and all of them.
pub(crate) fn named(name: &str) -> Result<&'static Schema, String> {
    Schema::by_name(name).ok_or_else(|| {
        let mut message = String::from("no type has this name");
        let near = nearest(name);
        if !near.is_empty() {
            message += "; did you mean ";
            message += &near.join(" or ");
            message += "?";
        }
        let names: Vec<_> = Schema::ALL.iter().map(|schema| schema.name).collect();
        message += "\n\nThe types:";
        for line in show::wrap(&names.join(", "), show::WIDTH - 2) {
            message += "\n  ";
            message += &line;
        }
        message
    })
}

/// The call of that name; or the names of all.
pub(crate) fn call(name: &str) -> Result<&'static EndpointMetadata, String> {
    EndpointMetadata::by_name(name).ok_or_else(|| {
        let names: Vec<_> = EndpointMetadata::ALL.iter().map(|call| call.name).collect();
        format!("no call has this name\n\nThe calls:\n  {}", names.join(", "))
    })
}

/// The names that may be meant by `name`, the likeliest first.
fn nearest(name: &str) -> Vec<&'static str> {
    let name = name.to_ascii_lowercase();
    let mut near = Vec::new();
    for schema in Schema::ALL {
        let known = schema.name.to_ascii_lowercase();
        let distance = levenshtein(&name, &known);
        let is_part = name.len() > 2 && known.contains(&name);
        let is_typo = distance <= (known.len() / 3).max(2);
        if is_part || is_typo || name.contains(&known) {
            near.push((Reverse(is_part), Reverse(is_typo), distance, schema.name));
        }
    }
    near.sort_unstable();
    if let Some((.., 0, same)) = near.first() {
        // It differs in case alone.
        return vec![same];
    }
    near.into_iter().map(|(.., name)| name).take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::{named, nearest};
    use miniprogram_protocol::Schema;

    #[test]
    fn every_type_is_found_by_its_name() {
        for schema in Schema::ALL {
            assert_eq!(named(schema.name).unwrap().name, schema.name);
        }
    }

    #[test]
    fn a_name_in_another_case_suggests_the_type_alone() {
        for schema in Schema::ALL {
            assert_eq!(nearest(&schema.name.to_lowercase()), [schema.name]);
            assert_eq!(nearest(&schema.name.to_uppercase()), [schema.name]);
        }
    }

    #[test]
    fn a_typo_suggests_the_type_first() {
        for (typo, name) in [
            ("Oder", "Order"),
            ("Odrer", "Order"),
            ("user_name", "UserName"),
            ("deploy-app-info", "DeployAppInfo"),
            ("NotifyCardRegistrationReqest", "NotifyCardRegistrationRequest"),
        ] {
            assert_eq!(nearest(typo).first(), Some(&name), "{typo}");
        }
    }

    #[test]
    fn a_part_of_names_suggests_them_first() {
        let near = nearest("MerchantSync");
        assert_eq!(near.get(..2).unwrap(), ["MerchantSyncRequest", "MerchantSyncResponse"]);
    }

    #[test]
    fn a_name_like_none_suggests_nothing() {
        assert_eq!(nearest("Kangaroo"), [""; 0]);
        assert_eq!(nearest(""), [""; 0]);
    }
}
