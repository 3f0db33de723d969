//! The exported descriptions: what is committed is what the rows say.
#![cfg(feature = "openapi")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests stop at the first surprise")]

use miniprogram_protocol::{
    InboxContent, Schema, Table,
    endpoint::Call,
    export::{json_schema, openapi},
};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

/// The exported documents by the names of their files.
fn exported() -> BTreeMap<String, Value> {
    let documents = Schema::ALL.iter().map(|schema| (schema.name, json_schema::document(schema)));
    let documents = documents
        .chain([("all", json_schema::bundle()), ("openapi", openapi::document(Call::ALL))]);
    documents.map(|(name, document)| (format!("{name}.json"), document)).collect()
}

/// With `UPDATE=1` in the environment it writes them.
#[test]
fn the_committed_descriptions_are_fresh() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    let exported = exported();
    if std::env::var_os("UPDATE").is_some() {
        for (file, document) in &exported {
            fs::write(folder.join(file), format!("{document:#}\n")).unwrap();
        }
    }
    for (file, document) in &exported {
        let committed = fs::read_to_string(folder.join(file)).unwrap_or_default();
        assert_eq!(
            committed,
            format!("{document:#}\n"),
            "{file} is stale: UPDATE=1 writes it anew"
        );
    }
    let committed = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let committed = committed.filter(|file| file != "README.md").count();
    assert_eq!(committed, exported.len(), "a description of nothing is committed");
}

#[test]
fn what_may_be_one_value_or_an_array_of_them_may_be_either_or_null() {
    let document = json_schema::document(InboxContent::SCHEMA);
    let footer = &document["$defs"]["InboxContent"]["properties"]["footer"];
    let one = serde_json::json!({"$ref": "#/$defs/InboxFooter"});
    let alternatives = serde_json::json!([one, {"type": "array", "items": one}, {"type": "null"}]);
    assert_eq!(footer["anyOf"], alternatives);
    assert!(footer.get("type").is_none());
}
