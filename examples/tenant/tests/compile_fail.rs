//! Tests the compiler messages for mistakes in `protocol_type!`.

/// `TRYBUILD=overwrite cargo test -p tenant` updates the expected messages.
#[test]
fn mistakes_have_helpful_messages() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
