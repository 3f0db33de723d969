use super::FieldValue;
use crate::{
    schema::{ObjectConstraints, Schema},
    validate::Validate,
};
use serde::{Serialize, de::DeserializeOwned};

/// A struct for a table of the specification.
///
/// Its `Deserialize` checks the structure: types, required fields that the struct cannot hold as
/// absent, and duplicates. The error names all such violations. The `Deserialize` of
/// [`Valid`](crate::Valid) checks every constraint.
///
/// Flatten at most one per struct: each of two flattened structs treats the fields of the other as
/// unknown.
///
/// The trait is sealed.
pub trait ProtocolType:
    Validate + FieldValue<Constraints = ObjectConstraints> + Serialize + DeserializeOwned
{
    /// The table as data.
    const SCHEMA: &'static Schema;
}
