//! `mpp completions`: generates completion scripts for shells.

use super::names;
use clap::{
    Arg, Args, CommandFactory as _,
    builder::{PossibleValuesParser, Str},
};
use clap_complete::Shell;
use std::io::{self, Write};

/// Print a shell script that completes the arguments of `mpp`
///
/// In bash and zsh, the script also completes the names of types, enums, endpoints and violation
/// codes. In fish, it also completes the value of --type.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Shell to generate the script for
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  mpp completions bash > ~/.local/share/bash-completion/completions/mpp
  mpp completions zsh > ~/.zfunc/_mpp       If ~/.zfunc is in the fpath
  mpp completions fish > ~/.config/fish/completions/mpp.fish";

/// Writes the completion script.
pub(crate) fn run(arguments: &Arguments, output: &mut dyn Write) -> io::Result<()> {
    let mut command = super::Arguments::command()
        .mut_subcommands(|subcommand| subcommand.mut_args(with_possible_values));
    let name = command.get_name().to_owned();
    // `generate` panics if its output cannot be written, which is impossible for a vector.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, name, &mut script);
    output.write_all(&script)
}

/// Adds the known names to an argument that takes the name of a type, an enum, an endpoint or a
/// violation code.
///
/// The command itself does not declare these possible values: it parses names with the functions in
/// `names`, whose error messages suggest similar names.
fn with_possible_values(argument: Arg) -> Arg {
    let value_name = argument.get_value_names().and_then(|names| names.first());
    let names = match value_name.map(Str::as_str) {
        Some("TYPE") => names::type_names(),
        Some("TYPE|auto") => [names::type_names(), vec!["auto"]].concat(),
        Some("NAME") => {
            [names::type_names(), names::enum_names(), names::endpoint_names()].concat()
        }
        Some("ENDPOINT") => names::endpoint_names(),
        Some("CODE|TYPE.FIELD") => names::code_names(),
        _ => return argument,
    };
    argument.value_parser(PossibleValuesParser::new(names))
}
