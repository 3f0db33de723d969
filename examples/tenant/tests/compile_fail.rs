//! Tests the compiler messages for mistakes in `protocol_type!`.

/// `TRYBUILD=overwrite cargo test -p tenant` updates the expected messages.
#[test]
fn explains_mistakes_in_macro_input() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
