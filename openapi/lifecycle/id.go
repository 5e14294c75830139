package lifecycle

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// ID is the number of a version, such as 1.10. IDs compare with ==; [ID.Compare]
// orders them. The zero ID is 0.0, which no version has.
type ID struct{ major, minor int }

// V returns the ID of version major.minor.
func V(major, minor int) ID { return ID{major, minor} }

// ParseID reads "1.10", or "v1.10" as discovery writes it. It refuses any other
// spelling: signs, spaces, leading zeros, and numbers beyond 65535.
func ParseID(s string) (ID, error) {
	major, minor, ok := strings.Cut(strings.TrimPrefix(s, "v"), ".")
	if ok {
		a, errA := strconv.ParseUint(major, 10, 16)
		b, errB := strconv.ParseUint(minor, 10, 16)
		id := V(int(a), int(b))
		if errA == nil && errB == nil && id.String() == major+"."+minor {
			return id, nil
		}
	}
	return ID{}, fmt.Errorf("version %.40q is not a number such as 1.10", s)
}

// Next returns the number after id: 1.10 after 1.9.
func (id ID) Next() ID { return ID{id.major, id.minor + 1} }

// Compare orders versions by number, 1.10 after 1.9. It is negative if id is the
// older one, 0 if both are the same, positive if id is the newer one.
func (id ID) Compare(other ID) int {
	return cmp.Or(cmp.Compare(id.major, other.major), cmp.Compare(id.minor, other.minor))
}

// String returns the number without the v, as the Scp-Api-Version header has it.
func (id ID) String() string {
	return strconv.Itoa(id.major) + "." + strconv.Itoa(id.minor)
}

// MarshalText writes what [ID.String] does.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what [ParseID] does.
func (id *ID) UnmarshalText(text []byte) error {
	parsed, err := ParseID(string(text))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}
