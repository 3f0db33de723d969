use super::FieldValue;
use crate::{
    schema::{ObjectConstraints, Schema},
    validate::Validate,
};
use serde::{Serialize, de::DeserializeOwned};

/// A struct that represents a table of the specification.
///
/// Its `Deserialize` checks the structure: types, required fields whose absence the struct cannot
/// represent, and duplicates. The error lists all such violations. The `Deserialize` of
/// [`Valid`](crate::Valid) checks every constraint.
///
/// Flatten at most one such struct into a struct of your own, and no map besides it: each of two
/// flattened fields reads all fields, so fields would be written twice. Unknown fields are in
/// `unknown_fields` anyway.
///
/// The trait is sealed.
pub trait ProtocolType:
    Validate + FieldValue<Constraints = ObjectConstraints> + Serialize + DeserializeOwned
{
    /// The table as data.
    const SCHEMA: &'static Schema;
}
