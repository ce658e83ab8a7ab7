package profiletest

import "encoding/binary"

// coverFooter ends a covcounters file of one segment.
const coverFooter = "\x00cwm\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00"

// RepairCoverDir corrects the lengths and hashes in a GOCOVERDIR's files that a change of bytes breaks, so that
// what is behind them is reached.
func RepairCoverDir(meta []byte, runs ...[]byte) {
	le := binary.LittleEndian
	if len(meta) < 56 {
		return
	}
	size := uint64(len(meta))
	le.PutUint64(meta[8:], size)
	if n := le.Uint64(meta[16:]); n > 0 && n <= (size-56)/16 {
		start := le.Uint64(meta[56+8*(n-1):])
		if start >= 56+16*n && start+44 <= size {
			le.PutUint64(meta[56+8*(2*n-1):], size-start)
			le.PutUint32(meta[start:], uint32(size-start))
		}
	}
	for _, run := range runs {
		if len(run) >= 48 {
			copy(run[8:24], meta[24:40])
			copy(run[len(run)-16:], coverFooter)
		}
	}
}
