//! What the schema data makes is what the tests that build on it take it for.

mod common;

use miniprogram_protocol::Schema;

#[test]
fn smallest_and_complete_values_of_every_table_are_valid() {
    for schema in Schema::ALL {
        for value in [common::minimal(schema), common::complete(schema)] {
            assert_eq!(common::violations(schema, &value), [], "{}: {value}", schema.name);
        }
    }
}
