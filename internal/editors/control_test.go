package editors

import (
	"bufio"
	"strings"
	"testing"
)

func TestCommand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"capture-pane", "-p"}, "'capture-pane' '-p'\n"},
		{[]string{"send-keys", "-l", "--", "it's #{pane} ; $HOME"}, `'send-keys' '-l' '--' 'it'\''s #{pane} ; $HOME'` + "\n"},
		{[]string{"send-keys", ""}, "'send-keys' ''\n"},
	} {
		if got := command(c.args); got != c.want {
			t.Errorf("%q is %q, want %q", c.args, got, c.want)
		}
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	const attached = "%begin 7 1 0\n%end 7 1 0\n%session-changed $0 0\n"
	for _, c := range []struct{ said, want, wrong string }{
		{attached + "%begin 8 2 1\na\n\nb\n%end 8 2 1\n", "a\n\nb\n", ""},
		{"%begin 8 3 1\n%end 8 2 1\n%begin\n%end 8 3 1\n", "%end 8 2 1\n%begin\n", ""}, // on a screen
		{"%window-renamed @0 nvim\n%begin 8 4 1\n%end 8 4 1\n", "", ""},
		{"%begin 8 5 1\nno such key\n%error 8 5 1\n", "", "no such key"},
		{attached + "%exit\n", "", "tmux has ended: EOF"},
		{"%begin 8 6 1\nhalf\n", "", "tmux has ended: EOF"},
	} {
		got, err := answer(bufio.NewReader(strings.NewReader(c.said)))
		wrong := ""
		if err != nil {
			wrong = err.Error()
		}
		if got != c.want || wrong != c.wrong {
			t.Errorf("%q: %q, %q, want %q, %q", c.said, got, wrong, c.want, c.wrong)
		}
	}
}
