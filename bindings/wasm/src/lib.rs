//! The validator of `miniprogram-protocol` as a WebAssembly module for hosts in any language.
//!
//! `README.md` describes the functions. Arguments are addresses and lengths of text in the module's
//! memory. Results are JSON in a buffer that the host frees.

#[cfg(feature = "explain")]
mod explain;
mod memory;
mod policies;
mod report;
#[cfg(feature = "sample")]
mod sample;

use memory::Input;
use miniprogram_protocol::{Policy, Schema};

/// An error in the arguments of a function. The message contains no argument.
struct ArgumentError(&'static str);

impl ArgumentError {
    const OUTSIDE_BUFFER: Self =
        Self("the argument must be within a buffer that mpp_alloc returned");
    const UNKNOWN_TYPE: Self = Self("unknown type");
    const UNKNOWN_POLICY: Self = Self("unknown policy");
    #[cfg(feature = "policy")]
    const UNKNOWN_EDITION: Self = Self("unknown edition");
}

/// Writes the JSON result of a function to a buffer, and returns the address of the buffer.
fn write_result(result: Result<String, ArgumentError>) -> usize {
    let json = result.unwrap_or_else(|ArgumentError(message)| {
        // The messages need no escaping.
        ["{\"error\":{\"message\":\"", message, "\"}}"].concat()
    });
    memory::write_output(json.as_bytes())
}

/// Returns a JSON array of names, which need no escape sequences.
fn array<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.map(|name| ["\"", name, "\""].concat()).collect();
    ["[", &names.join(","), "]"].concat()
}

fn find_schema(name: Input) -> Result<&'static Schema, ArgumentError> {
    let schema = name.read(|name| std::str::from_utf8(name).ok().and_then(Schema::by_name));
    schema.ok_or(ArgumentError::OUTSIDE_BUFFER)?.ok_or(ArgumentError::UNKNOWN_TYPE)
}

fn find_policy(handle: u32) -> Result<Policy, ArgumentError> {
    policies::find(handle).ok_or(ArgumentError::UNKNOWN_POLICY)
}

/// Allocates a buffer for arguments, filled with zeros. Returns its address, or 0 if the length is 0
/// or memory is insufficient.
#[allow(unsafe_code, reason = "an export needs an unmangled name, and this one is unique")]
#[unsafe(no_mangle)]
pub extern "C" fn mpp_alloc(length: usize) -> usize {
    memory::allocate(length)
}

/// Frees a buffer that `mpp_alloc` returned, or the buffer of a result. Returns 1, or 0 if no
/// buffer has this address.
#[allow(unsafe_code, reason = "an export needs an unmangled name, and this one is unique")]
#[unsafe(no_mangle)]
pub extern "C" fn mpp_free(address: usize) -> u32 {
    memory::free(address).into()
}

/// Returns the version of the library, and the names of the optional functions in this module.
#[allow(unsafe_code, reason = "an export needs an unmangled name, and this one is unique")]
#[unsafe(no_mangle)]
pub extern "C" fn mpp_version() -> usize {
    let features = [
        ("policy", cfg!(feature = "policy")),
        ("toml", cfg!(feature = "toml")),
        ("schema", cfg!(feature = "schema")),
        ("sample", cfg!(feature = "sample")),
        ("explain", cfg!(feature = "explain")),
    ];
    let features = array(features.iter().filter(|(_, on)| *on).map(|(name, _)| *name));
    let version = env!("CARGO_PKG_VERSION");
    write_result(Ok(["{\"version\":\"", version, "\",\"features\":", &features, "}"].concat()))
}

/// Returns the names of the types, in the order of the specification.
#[allow(unsafe_code, reason = "an export needs an unmangled name, and this one is unique")]
#[unsafe(no_mangle)]
pub extern "C" fn mpp_types() -> usize {
    write_result(Ok(array(Schema::ALL.iter().map(|schema| schema.name))))
}

/// Validates a document of a type against a policy.
#[allow(unsafe_code, reason = "an export needs an unmangled name, and this one is unique")]
#[unsafe(no_mangle)]
pub extern "C" fn mpp_check(
    type_address: usize,
    type_length: usize,
    json_address: usize,
    json_length: usize,
    policy: u32,
) -> usize {
    let name = Input { address: type_address, length: type_length };
    let document = Input { address: json_address, length: json_length };
    let result = find_schema(name).and_then(|schema| {
        let policy = find_policy(policy)?;
        document
            .read(|json| report::check(schema, json, &policy))
            .ok_or(ArgumentError::OUTSIDE_BUFFER)
    });
    match result {
        Ok(report) => memory::write_output(&report),
        Err(error) => write_result(Err(error)),
    }
}

/// Creates a policy from JSON, and returns its handle or the error in the JSON.
#[cfg(feature = "policy")]
#[allow(unsafe_code, reason = "an export needs an unmangled name, and this one is unique")]
#[unsafe(no_mangle)]
pub extern "C" fn mpp_policy(address: usize, length: usize) -> usize {
    let text = Input { address, length }.to_text();
    let policy = text.map(|text| policies::create(Policy::from_json(&text)));
    write_result(policy.ok_or(ArgumentError::OUTSIDE_BUFFER))
}

/// Creates a policy from the TOML of a policy file, as `mpp_policy` does from JSON.
#[cfg(feature = "toml")]
#[allow(unsafe_code, reason = "an export needs an unmangled name, and this one is unique")]
#[unsafe(no_mangle)]
pub extern "C" fn mpp_policy_toml(address: usize, length: usize) -> usize {
    let text = Input { address, length }.to_text();
    let policy = text.map(|text| policies::create(Policy::from_toml(&text)));
    write_result(policy.ok_or(ArgumentError::OUTSIDE_BUFFER))
}

/// Creates a copy of a policy with another edition.
#[cfg(feature = "policy")]
#[allow(unsafe_code, reason = "an export needs an unmangled name, and this one is unique")]
#[unsafe(no_mangle)]
pub extern "C" fn mpp_policy_edition(policy: u32, address: usize, length: usize) -> usize {
    let name = Input { address, length }.to_text();
    write_result(name.ok_or(ArgumentError::OUTSIDE_BUFFER).and_then(|name| {
        policies::with_edition(find_policy(policy)?, &name).ok_or(ArgumentError::UNKNOWN_EDITION)
    }))
}

/// Frees a policy. Returns 1, or 0 if `policy` was not returned by `mpp_policy` or has already been
/// freed.
#[cfg(feature = "policy")]
#[allow(unsafe_code, reason = "an export needs an unmangled name, and this one is unique")]
#[unsafe(no_mangle)]
pub extern "C" fn mpp_policy_free(policy: u32) -> u32 {
    policies::free(policy).into()
}

/// Returns the JSON Schema of a type under a policy.
#[cfg(feature = "schema")]
#[allow(unsafe_code, reason = "an export needs an unmangled name, and this one is unique")]
#[unsafe(no_mangle)]
pub extern "C" fn mpp_schema(type_address: usize, type_length: usize, policy: u32) -> usize {
    let name = Input { address: type_address, length: type_length };
    write_result(find_schema(name).and_then(|schema| {
        let policy = find_policy(policy)?;
        Ok(miniprogram_protocol::export::json_schema::document_with(schema, &policy).to_string())
    }))
}

/// Generates a realistic document of a type, which is the same for the same seed. `invalid` is 1 for
/// a document with injected violations.
#[cfg(feature = "sample")]
#[allow(unsafe_code, reason = "an export needs an unmangled name, and this one is unique")]
#[unsafe(no_mangle)]
pub extern "C" fn mpp_sample(
    type_address: usize,
    type_length: usize,
    policy: u32,
    invalid: u32,
    seed: u32,
) -> usize {
    let name = Input { address: type_address, length: type_length };
    write_result(
        find_schema(name)
            .and_then(|schema| sample::generate(schema, &find_policy(policy)?, invalid == 1, seed)),
    )
}

/// Explains a violation code. Without a code, returns the list of codes.
#[cfg(feature = "explain")]
#[allow(unsafe_code, reason = "an export needs an unmangled name, and this one is unique")]
#[unsafe(no_mangle)]
pub extern "C" fn mpp_explain(address: usize, length: usize) -> usize {
    let code = Input { address, length }.to_text();
    write_result(code.ok_or(ArgumentError::OUTSIDE_BUFFER).and_then(|code| explain::explain(&code)))
}
