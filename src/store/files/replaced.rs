//! What a replaced file hands on to its successor: owner, group, mode and access control list. A gateway that runs as another
//! user must still be able to read its account file.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Gid, Uid, XattrFlags, fchown, fremovexattr, fsetxattr, getxattr};
use rustix::io::Errno;

use crate::error::{Error, Result, quoted};
use crate::store::files::paths::folder_of;
use crate::store::files::small::is_trusted_owner;

/// The most symbolic links to follow, as the kernel does.
const MAX_LINKS: usize = 40;

/// The attribute that holds a POSIX access control list.
const ACL: &str = "system.posix_acl_access";

/// The longest access control list that is kept.
const MAX_ACL: usize = 64 * 1024;

/// The owner and the permissions of a file that is about to be replaced.
pub(super) struct ReplacedFile {
    uid: u32,
    gid: u32,
    mode: u32,
    acl: Option<Vec<u8>>,
}

impl ReplacedFile {
    /// Reads them; `None` if there is no file.
    pub(super) fn at(path: &Path) -> Result<Option<Self>> {
        let failed = |error: io::Error| Error::io(format_args!("read {}", path.display()), &error);
        let found = match fs::metadata(path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        if !found.is_file() {
            let shown = quoted(path.display());
            return Err(Error::Refused(format!("{shown} is not a regular file and is not replaced")));
        }
        let acl = acl_of(path).map_err(|error| failed(error.into()))?;
        Ok(Some(Self { uid: found.uid(), gid: found.gid(), mode: found.mode() & 0o777, acl }))
    }

    /// Gives a new file to the owner and group of the old one. `path` is the old one, for the error.
    pub(super) fn give_owner(&self, file: &File, path: &Path) -> Result<()> {
        let failed = |error: io::Error| Error::io(format_args!("write {}", path.display()), &error);
        let made = file.metadata().map_err(failed)?;
        let uid = (made.uid() != self.uid).then(|| Uid::from_raw(self.uid));
        let gid = (made.gid() != self.gid).then(|| Gid::from_raw(self.gid));
        if uid.is_none() && gid.is_none() {
            return Ok(());
        }
        match fchown(file, uid, gid) {
            Ok(()) => Ok(()),
            Err(Errno::PERM) => Err(Error::OwnerNotKept { path: path.to_owned() }),
            Err(error) => Err(failed(error.into())),
        }
    }

    /// Gives a new file the mode and the access control list of the old one. It has its owner already, so that at no time the
    /// wrong group may read it.
    pub(super) fn give_mode(&self, file: &File) -> io::Result<()> {
        match &self.acl {
            Some(acl) => fsetxattr(file, ACL, acl, XattrFlags::empty())?,
            // The folder may have given the file a list of its own, which a wider mode would put into force.
            None => match fremovexattr(file, ACL) {
                Ok(()) | Err(Errno::NODATA | Errno::NOTSUP) => {}
                Err(error) => return Err(error.into()),
            },
        }
        file.set_permissions(Permissions::from_mode(self.mode))
    }
}

fn acl_of(path: &Path) -> rustix::io::Result<Option<Vec<u8>>> {
    let mut list = vec![0; MAX_ACL];
    match getxattr(path, ACL, &mut list[..]) {
        Ok(length) => {
            list.truncate(length);
            Ok(Some(list))
        }
        Err(Errno::NODATA | Errno::NOTSUP) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The file that a path means, after all symbolic links. A link of another user is not followed: it could make root replace any
/// file.
pub(super) fn target_of(path: &Path) -> Result<PathBuf> {
    let mut real = path.to_owned();
    for links in 0..MAX_LINKS {
        let found = match real.symlink_metadata() {
            Ok(found) if found.is_symlink() => found,
            Err(_) if links > 0 => {
                let (shown, target) = (quoted(path.display()), quoted(real.display()));
                return Err(Error::Refused(format!("{shown} is a symbolic link to {target}, which does not exist")));
            }
            _ => return Ok(real),
        };
        if !is_trusted_owner(&found) {
            let shown = quoted(real.display());
            return Err(Error::Refused(format!("{shown} is a symbolic link of another user and is not followed")));
        }
        let target = fs::read_link(&real);
        let target = target.map_err(|error| Error::io(format_args!("read {}", real.display()), &error))?;
        real = folder_of(&real).join(target);
    }
    Err(Error::Refused(format!("{} has too many symbolic links", quoted(path.display()))))
}
