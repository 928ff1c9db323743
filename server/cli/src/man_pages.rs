//! `leastwise man-pages`

use crate::console::Console;
use crate::problem::Problem;
use crate::{DONE, FAILED};
use clap::{Args, Command};
use std::fs;
use std::io;
use std::path::PathBuf;

/// Writes the manual pages, one a command, for whoever packages the program.
#[derive(Debug, Args)]
pub(crate) struct ManPages {
    /// The folder that the pages are written into.
    folder: PathBuf,
}

pub(crate) fn run(pages: &ManPages, command: Command, console: &mut Console) -> io::Result<u8> {
    let folder = &pages.folder;
    let written = fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder));
    Ok(match written {
        Ok(()) => DONE,
        Err(error) => {
            console.error(&Problem::unwritable(&folder.to_string_lossy(), error));
            FAILED
        }
    })
}
