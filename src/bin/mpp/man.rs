//! `mpp man`: generates man pages.

use super::{Status, print_error, report::EscapedStr};
use clap::{Args, Command, CommandFactory as _};
use clap_mangen::{
    Man,
    roff::{Roff, roman},
};
use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// Write the man pages of `mpp` and its subcommands to a directory
///
/// The directory is created if it does not exist. Existing man pages of `mpp` are replaced.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Directory for the files, such as ~/.local/share/man/man1
    #[arg(value_name = "DIRECTORY", value_hint = clap::ValueHint::DirPath)]
    directory: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  mpp man ~/.local/share/man/man1    Install the pages; then `man mpp-check` works
  mpp man man                        Write mpp.1, mpp-check.1 and so on to man/";

/// Writes the man pages, and prints an error message if this fails.
pub(crate) fn run(arguments: &Arguments) -> Status {
    match write_pages(&arguments.directory) {
        Ok(()) => Status::Success,
        Err((path, error)) => {
            print_error(format_args!("{}: {error}", EscapedStr(&path.to_string_lossy())));
            Status::Failed
        }
    }
}

/// Writes a page for `mpp` and each subcommand. An error contains the path that it affects.
fn write_pages(directory: &Path) -> Result<(), (PathBuf, io::Error)> {
    fs::create_dir_all(directory).map_err(|error| (directory.to_owned(), error))?;
    let mut command = super::Arguments::command().disable_help_subcommand(true);
    // Without `build`, the names of the pages for subcommands would not begin with `mpp`.
    command.build();
    for command in command.get_subcommands().chain([&command]) {
        let man = Man::new(command.clone()).source(concat!("mpp ", env!("CARGO_PKG_VERSION")));
        let path = directory.join(man.get_filename());
        let result = render_page(command, &man).and_then(|page| fs::write(&path, page));
        result.map_err(|error| (path, error))?;
    }
    Ok(())
}

/// Returns the page of a command in the roff format.
fn render_page(command: &Command, man: &Man) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    // `Man::render` would put this text into a section named EXTRA, and join its lines.
    if let Some(text) = command.get_after_long_help().or(command.get_after_help()) {
        page.write_all(format_sections(&text.to_string()).to_roff().as_bytes())?;
    }
    Ok(page)
}

/// Formats the text after the options, such as examples, as sections whose lines are not joined. A
/// line that is not indented is the heading of a section.
fn format_sections(text: &str) -> Roff {
    let mut roff = Roff::new();
    for line in text.lines() {
        if line.starts_with(' ') || line.is_empty() {
            roff.text([roman(line)]);
        } else {
            roff.control("fi", []);
            roff.control("SH", [&*line.trim_end_matches(':').to_uppercase()]);
            roff.control("nf", []);
        }
    }
    roff.control("fi", []);
    roff
}
