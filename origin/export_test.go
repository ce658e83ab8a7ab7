package origin

import (
	"encoding/binary"
	"hash/crc32"
)

var (
	Encode = encode
	Decode = decode
)

// Sealed is what a file of the cache holds whose content is data.
func Sealed(data []byte) []byte {
	b := append([]byte(cacheHead), data...)
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}
