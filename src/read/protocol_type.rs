use super::FieldValue;
use crate::{
    schema::{ObjectConstraints, Schema},
    validate::Validate,
};
use serde::{Serialize, de::DeserializeOwned};

/// A struct that represents a table of the specification, or that
/// [`protocol_type!`](crate::protocol_type) declares.
///
/// Its `Deserialize` implementation checks only the structure: JSON types, duplicate fields, and the
/// presence of required fields that are not an `Option` in Rust. The error lists all such
/// violations. To check every constraint, deserialize a [`Valid`](crate::Valid) instead.
///
/// Flatten at most one such struct into your own struct, and do not flatten a map next to it: each
/// flattened field reads all fields, so fields would be written twice. The struct already keeps
/// unknown fields in `unknown_fields`.
///
/// Only `protocol_type!` can implement the trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a protocol type",
    label = "expected a type from the module `dictionary` or `endpoint`, such as `Order`",
    note = "`protocol_type!` declares a custom protocol type",
    note = "any other struct can contain protocol types: derive `serde::Deserialize`, and use \
            `Valid<Order>` as the type of a field"
)]
pub trait ProtocolType:
    Validate + FieldValue<Constraints = ObjectConstraints> + Serialize + DeserializeOwned
{
    /// The table as data.
    const SCHEMA: &'static Schema;
}
