//! Files to the bytes of an archive, the same on every machine and every day.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use anyhow::Result;
use flate2::{Compression, GzBuilder};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, System, ZipWriter};

use super::target::Format;

/// Files by their path in the archive's folder, in which they are sorted.
pub(crate) type Contents = BTreeMap<String, File>;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    pub(crate) executable: bool,
}

/// Every file's time: the first of January 1980, the earliest that a zip file can say.
const TIME: u64 = 315_532_800;

/// The byte of a gzip header for a system that is not said.
const UNKNOWN_SYSTEM: u8 = 255;

/// The archive of `contents`, all of them below `folder`.
///
/// # Errors
/// When a path cannot stand in an archive.
pub(crate) fn write(format: Format, folder: &str, contents: &Contents) -> Result<Vec<u8>> {
    match format {
        Format::TarGz => tar_gz(folder, contents),
        Format::Zip => zip(folder, contents),
    }
}

fn tar_gz(folder: &str, contents: &Contents) -> Result<Vec<u8>> {
    let compressor =
        GzBuilder::new().mtime(0).operating_system(UNKNOWN_SYSTEM).write(Vec::new(), Compression::best());
    let mut archive = tar::Builder::new(compressor);
    for (path, file) in contents {
        let mut header = tar::Header::new_ustar();
        header.set_size(file.bytes.len().try_into()?);
        header.set_mode(if file.executable { 0o755 } else { 0o644 });
        header.set_mtime(TIME);
        header.set_uid(0);
        header.set_gid(0);
        archive.append_data(&mut header, format!("{folder}/{path}"), file.bytes.as_slice())?;
    }
    Ok(archive.into_inner()?.finish()?)
}

fn zip(folder: &str, contents: &Contents) -> Result<Vec<u8>> {
    // The options' own time is that of the constant above.
    let options = SimpleFileOptions::DEFAULT
        .compression_method(CompressionMethod::Deflated)
        .system(System::Dos)
        .compression_level(Some(9));
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, file) in contents {
        archive.start_file(format!("{folder}/{path}"), options)?;
        archive.write_all(&file.bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn file(text: &str, executable: bool) -> File {
        File { bytes: text.as_bytes().to_vec(), executable }
    }

    fn contents() -> Contents {
        Contents::from([
            ("man/man1/tool.1".to_owned(), file(".TH tool 1", false)),
            ("tool".to_owned(), file("\x7fELF", true)),
            ("README.md".to_owned(), file("# Tool", false)),
        ])
    }

    #[test]
    fn a_tar_archive_is_sorted_and_says_neither_when_nor_by_whom() -> Result<()> {
        let bytes = write(Format::TarGz, "tool-1.0", &contents())?;
        // The header of gzip: no file name, no time, no system.
        assert_eq!(bytes[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
        let mut seen = Vec::new();
        for entry in archive.entries()? {
            let mut entry = entry?;
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            let header = entry.header();
            assert_eq!((header.uid()?, header.gid()?, header.mtime()?), (0, 0, TIME));
            seen.push((entry.path()?.display().to_string(), header.mode()?, text));
        }
        let expected = [
            ("tool-1.0/README.md", 0o644, "# Tool"),
            ("tool-1.0/man/man1/tool.1", 0o644, ".TH tool 1"),
            ("tool-1.0/tool", 0o755, "\x7fELF"),
        ];
        assert_eq!(seen, expected.map(|(path, mode, text)| (path.to_owned(), mode, text.to_owned())));
        Ok(())
    }

    #[test]
    fn a_zip_archive_is_sorted_and_does_not_say_when() -> Result<()> {
        let bytes = write(Format::Zip, "tool-1.0", &contents())?;
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes.as_slice()))?;
        let mut seen = Vec::new();
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index)?;
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            let time = entry.last_modified().map(|time| (time.year(), time.month(), time.day(), time.hour()));
            seen.push((entry.name()?.into_owned(), time, text));
        }
        let expected = [
            ("tool-1.0/README.md", "# Tool"),
            ("tool-1.0/man/man1/tool.1", ".TH tool 1"),
            ("tool-1.0/tool", "\x7fELF"),
        ];
        assert_eq!(
            seen,
            expected.map(|(path, text)| (path.to_owned(), Some((1980, 1, 1, 0)), text.to_owned()))
        );
        Ok(())
    }
}
