package outline_test
import ("testing";"os";"bufio";"strings";"fmt";"github.com/covls/covls/source/outline")
func TestLabelsX(t *testing.T){
 names:=kindNames
 f,err:=os.Open(os.Getenv("LFILES")); if err!=nil {t.Skip()}
 sc:=bufio.NewScanner(f)
 counts:=map[string]int{}
 for sc.Scan(){ b,_:=os.ReadFile(sc.Text()); src:=string(b); o,ok:=outline.Of(os.Getenv("LLANG"),src); if !ok {t.Fatal("x")}
  fx:=o.Facts()
  for _,l:=range fx.Stretches { k:=names[l.Kind]; counts[k]++; if strings.Contains(os.Getenv("LKIND"),k) { c:=strings.Join(strings.Fields(src[l.Start:l.End])," "); if len(c)>150 {c=c[:150]+"…"}; fmt.Printf("%s:%d %s | %s\n",sc.Text()[max(0,len(sc.Text())-30):],strings.Count(src[:l.Start],"\n")+1,k,c)} }
  for i,w:=range fx.Whole { if w!=outline.Plain { k:="whole "+names[w]; counts[k]++; if strings.Contains(os.Getenv("LKIND"),k) { fn:=o.Funcs[i]; c:=strings.Join(strings.Fields(src[fn.Start:fn.End])," "); if len(c)>150 {c=c[:150]+"…"}; fmt.Printf("%s:%d %s | %s\n",sc.Text()[max(0,len(sc.Text())-30):],strings.Count(src[:fn.Start],"\n")+1,k,c)} } }
 }
 fmt.Println(counts)
}
