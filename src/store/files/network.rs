//! Recognises network file systems, on which SQLite's log is safe for the programs of one machine only.

use std::path::Path;

use rustix::fs::statfs;

/// The magic numbers of Linux (`man 2 statfs`) for NFS, SMB in three versions, 9P, Ceph, AFS and Lustre.
const NETWORK_FILE_SYSTEMS: [u32; 8] =
    [0x6969, 0x517b, 0xff53_4d42, 0xfe53_4d42, 0x0102_1997, 0x00c3_6400, 0x5346_414f, 0x0bd0_0bd0];

/// Whether a database is on a network file system, as the end of a sentence about it. File systems that are made by a program
/// (FUSE) do not say where their files are.
pub fn network_file_system(database: &Path) -> Option<&'static str> {
    let magic = u32::try_from(statfs(database).ok()?.f_type).ok()?;
    problem(magic)
}

fn problem(magic: u32) -> Option<&'static str> {
    let is_shared = NETWORK_FILE_SYSTEMS.contains(&magic);
    is_shared.then_some("is on a network file system; use it from one machine only, or move it to a local disk")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_systems_of_several_machines_are_known() {
        let (nfs, smb, ext4, tmpfs) = (0x6969, 0xff53_4d42, 0xef53, 0x0102_1994);
        assert_eq!([nfs, smb, ext4, tmpfs].map(|magic| problem(magic).is_some()), [true, true, false, false]);
        let folder = tempfile::tempdir().expect("folder");
        assert_eq!(network_file_system(&folder.path().join("missing")), None);
    }
}
