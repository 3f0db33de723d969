//! Checks that the values that `common` builds for other tests are valid.

mod common;

use miniprogram_protocol::Schema;

#[test]
fn generates_valid_minimal_and_complete_values() {
    for schema in Schema::ALL {
        for value in [common::minimal_value(schema), common::complete_value(schema)] {
            assert_eq!(common::violations(schema, &value), [], "{}: {value}", schema.name);
        }
    }
}
