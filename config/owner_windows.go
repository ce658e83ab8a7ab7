package config

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// stranger names whom a file belongs to, or the link that leads to it; "" for the user, administrators and
// the system. What can't be told counts as somebody else's.
func stranger(path string) string {
	for _, how := range []uint32{windows.FILE_FLAG_OPEN_REPARSE_POINT, 0} {
		owner, err := ownerOf(path, how)
		if err != nil {
			return err.Error()
		}
		me, err := windows.GetCurrentProcessToken().GetTokenUser()
		if err != nil {
			return err.Error()
		}
		if !owner.Equals(me.User.Sid) && !owner.IsWellKnown(windows.WinBuiltinAdministratorsSid) && !owner.IsWellKnown(windows.WinLocalSystemSid) {
			return "user " + owner.String()
		}
	}
	return ""
}

// ownerOf opens a file, or by the flag the link at its place, for nothing but to look whose it is.
func ownerOf(path string, flag uint32) (*windows.SID, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	file, err := windows.CreateFile(name, windows.READ_CONTROL, share, nil, windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS|flag, 0)
	if err != nil {
		return nil, fmt.Errorf("look whose it is: %w", err)
	}
	defer windows.CloseHandle(file)
	info, err := windows.GetSecurityInfo(file, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return nil, fmt.Errorf("look whose it is: %w", err)
	}
	owner, _, err := info.Owner()
	return owner, err
}
