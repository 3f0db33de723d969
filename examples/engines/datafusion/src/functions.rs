//! The functions `mpp_is_valid` and `mpp_violations`.

use crate::column::{Column, scalar_bytes};
use datafusion::{
    arrow::{
        array::{
            ArrayRef, BooleanBuilder, ListArray, NullBufferBuilder, StringViewBuilder, StructArray,
        },
        buffer::OffsetBuffer,
        datatypes::{DataType, Field, FieldRef, Fields},
    },
    common::{DataFusionError, ScalarValue, exec_datafusion_err, plan_err},
    error::Result,
    logical_expr::{
        ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
        Volatility,
    },
};
use miniprogram_protocol::{Error, Policy, Schema};
use std::{
    collections::{HashMap, hash_map::Entry},
    result,
    sync::Arc,
};

/// Returns the function `mpp_is_valid(type, json [, policy])`, which returns a boolean.
#[must_use]
pub fn is_valid() -> ScalarUDF {
    CheckFunction::new(Output::IsValid).into()
}

/// Returns the function `mpp_violations(type, json [, policy])`, which returns a list of structs
/// with the path, code and message of each violation. The list of a valid payload is empty.
#[must_use]
pub fn violations() -> ScalarUDF {
    CheckFunction::new(Output::Violations).into()
}

/// A function that checks a column of payloads. It has no state besides its name, so that engines
/// that send plans to other processes can find it by its name.
#[derive(Debug, PartialEq, Eq, Hash)]
struct CheckFunction {
    output: Output,
    signature: Signature,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Output {
    IsValid,
    Violations,
}

impl CheckFunction {
    fn new(output: Output) -> Self {
        Self { output, signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for CheckFunction {
    fn name(&self) -> &str {
        match self.output {
            Output::IsValid => "mpp_is_valid",
            Output::Violations => "mpp_violations",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let name = self.name();
        if !matches!(types.len(), 2 | 3) {
            return plan_err!(
                "{name} expects (type, json [, policy]), found {} arguments",
                types.len()
            );
        }
        let coerce = |(data_type, argument): (&DataType, &str)| match data_type {
            DataType::Null => Ok(DataType::Utf8),
            other if is_supported_type(other, argument == "json") => Ok(other.clone()),
            other => plan_err!("{name} expects a string as {argument}, found {other}"),
        };
        types.iter().zip(["type", "json", "policy"]).map(coerce).collect()
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.output {
            Output::IsValid => DataType::Boolean,
            Output::Violations => violations_type(),
        })
    }

    /// Checks constants when the query is planned.
    fn return_field_from_args(&self, arguments: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let constant = |index: usize| match arguments.scalar_arguments.get(index) {
            Some(Some(scalar)) => scalar_bytes(scalar),
            _ => Ok(None),
        };
        if let Some(name) = constant(0)? {
            find_schema(name)?;
        }
        if let Some(policy) = constant(2)? {
            parse_policy(policy, self.output)?;
        }
        Ok(Arc::new(Field::new(self.name(), self.return_type(&[])?, true)))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let is_constant = |value: &ColumnarValue| matches!(value, ColumnarValue::Scalar(_));
        let all_constant = arguments.args.iter().all(is_constant);
        let rows = if all_constant { 1 } else { arguments.number_rows };
        let batch = BatchArguments::new(&arguments.args, rows, self.output)?;
        let array = match self.output {
            Output::IsValid => batch.check_validity()?,
            Output::Violations => batch.list_violations()?,
        };
        if all_constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0)?));
        }
        Ok(ColumnarValue::Array(array))
    }
}

fn is_supported_type(data_type: &DataType, allows_binary: bool) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => allows_binary,
        DataType::Dictionary(_, values) => is_supported_type(values, allows_binary),
        _ => false,
    }
}

/// The arguments of a batch.
struct BatchArguments<'a> {
    types: Column<'a>,
    json: Column<'a>,
    policies: Column<'a>,
    rows: usize,
    output: Output,
}

impl<'a> BatchArguments<'a> {
    fn new(arguments: &'a [ColumnarValue], rows: usize, output: Output) -> Result<Self> {
        let [types, json, policy @ ..] = arguments else {
            return plan_err!("expected (type, json [, policy])");
        };
        let policies = match policy {
            [policy, ..] => Column::new(policy)?,
            [] => Column::Constant(Some(b"strict")),
        };
        Ok(Self { types: Column::new(types)?, json: Column::new(json)?, policies, rows, output })
    }

    fn check_validity(&self) -> Result<ArrayRef> {
        let mut validity = BooleanBuilder::with_capacity(self.rows);
        self.check(|result| validity.append_option(result.map(|result| result.is_ok())))?;
        Ok(Arc::new(validity.finish()))
    }

    fn list_violations(&self) -> Result<ArrayRef> {
        let mut lists = ViolationsBuilder::new(self.rows);
        self.check(|result| lists.append(result))?;
        lists.finish()
    }

    /// Checks each row, and passes the result to `append`, or `None` if an argument is NULL.
    fn check(&self, mut append: impl FnMut(Option<result::Result<(), Error>>)) -> Result<()> {
        // Each type and policy is resolved once per batch.
        let (mut schemas, mut policies) = (Memo::default(), Memo::default());
        for row in 0..self.rows {
            let arguments = (self.types.get(row), self.policies.get(row), self.json.get(row));
            let (Some(name), Some(policy), Some(json)) = arguments else {
                append(None);
                continue;
            };
            let schema: &&Schema = schemas.get(name, find_schema)?;
            let policy = policies.get(policy, |policy| parse_policy(policy, self.output))?;
            append(Some(schema.check_json_with(json, policy).map(drop)));
        }
        Ok(())
    }
}

/// A cache of the results of a function, keyed by its argument. The most recent one is found
/// without hashing.
struct Memo<'a, T> {
    last: Option<(&'a [u8], usize)>,
    indices: HashMap<&'a [u8], usize>,
    values: Vec<T>,
}

impl<T> Default for Memo<'_, T> {
    fn default() -> Self {
        Self { last: None, indices: HashMap::new(), values: Vec::new() }
    }
}

impl<'a, T> Memo<'a, T> {
    fn get(&mut self, key: &'a [u8], create: impl FnOnce(&[u8]) -> Result<T>) -> Result<&T> {
        let index = match self.last {
            Some((last, index)) if last == key => index,
            _ => match self.indices.entry(key) {
                Entry::Occupied(entry) => *entry.get(),
                Entry::Vacant(entry) => {
                    self.values.push(create(key)?);
                    *entry.insert(self.values.len() - 1)
                }
            },
        };
        self.last = Some((key, index));
        Ok(&self.values[index])
    }
}

/// Returns the schema of a type. The error contains `name` only if it could be the name of a type.
/// If the arguments are in the wrong order, `name` is a payload, which must not appear in an error.
fn find_schema(name: &[u8]) -> Result<&'static Schema> {
    let name = str::from_utf8(name).unwrap_or_default();
    Schema::by_name(name).ok_or_else(|| {
        let is_name = name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let found = if is_name { format!("{name:?}") } else { "another string".to_owned() };
        plan_error(format!("expected the name of a type, such as \"Order\", found {found}"))
    })
}

/// Parses a policy: `strict`, `lenient`, or the content of a policy file in TOML or JSON.
fn parse_policy(policy: &[u8], output: Output) -> Result<Policy> {
    let text = str::from_utf8(policy).unwrap_or_default();
    let policy = match text {
        "strict" => Ok(Policy::strict()),
        "lenient" => Ok(Policy::lenient()),
        json if json.trim_start().starts_with('{') => Policy::from_json(json),
        toml => Policy::from_toml(toml),
    };
    let policy = policy.map_err(|error| plan_error(format!("invalid policy: {error}")))?;
    Ok(match output {
        // A single violation determines the result, so further violations need not be collected.
        Output::IsValid => policy.max_violations(1),
        Output::Violations => policy,
    })
}

fn plan_error(message: String) -> DataFusionError {
    DataFusionError::Plan(message)
}

fn violation_fields() -> Fields {
    let field = |name| Field::new(name, DataType::Utf8View, false);
    Fields::from(vec![field("path"), field("code"), field("message")])
}

fn violation_field() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Struct(violation_fields()), false))
}

fn violations_type() -> DataType {
    DataType::List(violation_field())
}

/// A builder for a column of lists of violations.
struct ViolationsBuilder {
    lengths: Vec<usize>,
    nulls: NullBufferBuilder,
    paths: StringViewBuilder,
    codes: StringViewBuilder,
    messages: StringViewBuilder,
}

impl ViolationsBuilder {
    fn new(rows: usize) -> Self {
        Self {
            lengths: Vec::with_capacity(rows),
            nulls: NullBufferBuilder::new(rows),
            paths: StringViewBuilder::new(),
            codes: StringViewBuilder::new(),
            messages: StringViewBuilder::new(),
        }
    }

    fn append(&mut self, result: Option<result::Result<(), Error>>) {
        self.nulls.append(result.is_some());
        let Some(Err(error)) = result else {
            self.lengths.push(0);
            return;
        };
        if let Some(syntax) = error.syntax() {
            self.append_violation("", "syntax", syntax.message());
        }
        for violation in error.violations() {
            self.append_violation(violation.path(), violation.code(), &violation.message());
        }
        self.lengths.push(error.violations().len().max(1));
    }

    fn append_violation(&mut self, path: &str, code: &str, message: &str) {
        self.paths.append_value(path);
        self.codes.append_value(code);
        self.messages.append_value(message);
    }

    fn finish(mut self) -> Result<ArrayRef> {
        if i32::try_from(self.lengths.iter().sum::<usize>()).is_err() {
            return Err(exec_datafusion_err!("a batch has more than 2,147,483,647 violations"));
        }
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.paths.finish()),
            Arc::new(self.codes.finish()),
            Arc::new(self.messages.finish()),
        ];
        let violations = StructArray::try_new(violation_fields(), columns, None)?;
        let offsets = OffsetBuffer::from_lengths(self.lengths);
        let nulls = self.nulls.finish();
        Ok(Arc::new(ListArray::try_new(violation_field(), offsets, Arc::new(violations), nulls)?))
    }
}
