//! The values that `common` generates from the schemas, on which other tests rely, are valid.

mod common;

use miniprogram_protocol::Schema;

#[test]
fn minimal_and_complete_values_are_valid() {
    for schema in Schema::ALL {
        for value in [common::minimal(schema), common::complete(schema)] {
            assert_eq!(common::violations(schema, &value), [], "{}: {value}", schema.name);
        }
    }
}
