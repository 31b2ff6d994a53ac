package assistant

import "testing"

var buyMilk = request{kind: kindAdd, title: "buy milk"}

var sentences = map[string]request{
	// adding
	"add buy milk":                            buyMilk,
	"Add buy milk.":                           buyMilk,
	"ADD   buy   milk":                        {kind: kindAdd, title: "buy milk"},
	"please add buy milk":                     buyMilk,
	"Can you add buy milk, please?":           buyMilk,
	"could you please add a task to buy milk": buyMilk,
	"add a task to buy milk":                  buyMilk,
	"add a new task: buy milk":                buyMilk,
	"Add task buy milk":                       buyMilk,
	"add a task called buy milk":              buyMilk,
	`add a task "Buy milk!"`:                  {kind: kindAdd, title: "Buy milk!"},
	"add “Buy milk.”":                         {kind: kindAdd, title: "Buy milk."},
	`add read "Dune" again`:                   {kind: kindAdd, title: `read "Dune" again`},
	"create task: buy milk":                   buyMilk,
	"create a task to buy milk":               buyMilk,
	"create a reminder to buy milk":           buyMilk,
	"new task: buy milk":                      buyMilk,
	"new todo buy milk":                       buyMilk,
	"todo: buy milk":                          buyMilk,
	"remind me to buy milk":                   buyMilk,
	"Remind me about the dentist":             {kind: kindAdd, title: "the dentist"},
	"remind me tomorrow to call Mum":          {kind: kindAdd, title: "call Mum tomorrow"},
	"I need to buy milk":                      buyMilk,
	"i have to buy milk":                      buyMilk,
	"I’ve got to buy milk":                    buyMilk,
	"I must buy milk!":                        buyMilk,
	"don't forget to buy milk":                buyMilk,
	"dont let me forget to buy milk":          buyMilk,
	"remember to buy milk":                    buyMilk,
	"add buy milk to my list":                 buyMilk,
	"put buy milk on my to-do list":           buyMilk,
	"add to my list: buy milk":                buyMilk,
	"I'd like to add a task to buy milk":      buyMilk,
	"I need to add a task to buy milk":        buyMilk,
	"add купить молоко":                       {kind: kindAdd, title: "купить молоко"},
	"I need to finish the report":             {kind: kindAdd, title: "finish the report"},
	"I need to delete old e-mails":            {kind: kindAdd, title: "delete old e-mails"},
	"note to self: water the plants":          {kind: kindAdd, title: "water the plants"},
	"add":                                     {kind: kindVague, of: kindAdd},
	"add a task":                              {kind: kindVague, of: kindAdd},
	// listing
	"list my tasks":                  {kind: kindList, status: "all"},
	"List my tasks.":                 {kind: kindList, status: "all"},
	"show my tasks":                  {kind: kindList, status: "all"},
	"Show me all my tasks, please":   {kind: kindList, status: "all"},
	"what's on my list?":             {kind: kindList, status: "all"},
	"whats on my to-do list":         {kind: kindList, status: "all"},
	"What’s on my to do list today?": {kind: kindList, status: "all"},
	"tasks":                          {kind: kindList, status: "all"},
	"my tasks":                       {kind: kindList, status: "all"},
	"open my list":                   {kind: kindList, status: "all"},
	"what are my tasks":              {kind: kindList, status: "all"},
	"do I have any tasks?":           {kind: kindList, status: "all"},
	"how many tasks do I have":       {kind: kindList, status: "all"},
	"show everything":                {kind: kindList, status: "all"},
	"can you show me my open tasks?": {kind: kindList, status: "pending"},
	"list pending tasks":             {kind: kindList, status: "pending"},
	"what tasks are still left?":     {kind: kindList, status: "pending"},
	"what do I have to do?":          {kind: kindList, status: "pending"},
	"what do I need to do today":     {kind: kindList, status: "pending"},
	"what's left to do":              {kind: kindList, status: "pending"},
	"which tasks are not done yet":   {kind: kindList, status: "pending"},
	"open tasks":                     {kind: kindList, status: "pending"},
	"I want to see my pending tasks": {kind: kindList, status: "pending"},
	"I need to see my tasks":         {kind: kindList, status: "all"},
	"list completed tasks":           {kind: kindList, status: "completed"},
	"show finished":                  {kind: kindList, status: "completed"},
	"what have I completed?":         {kind: kindList, status: "completed"},
	"which tasks are done":           {kind: kindList, status: "completed"},
	// completing
	"complete buy milk":           {kind: kindComplete, name: "buy milk"},
	"mark buy milk as done":       {kind: kindComplete, name: "buy milk"},
	"Mark buy milk as completed!": {kind: kindComplete, name: "buy milk"},
	"mark buy milk done":          {kind: kindComplete, name: "buy milk"},
	"mark as done: buy milk":      {kind: kindComplete, name: "buy milk"},
	"I finished buy milk":         {kind: kindComplete, name: "buy milk"},
	"I've just done the laundry":  {kind: kindComplete, name: "the laundry"},
	"I am done with the laundry":  {kind: kindComplete, name: "the laundry"},
	"done with buy milk":          {kind: kindComplete, name: "buy milk"},
	"finish the buy milk task":    {kind: kindComplete, name: "the buy milk task"},
	"check off buy milk":          {kind: kindComplete, name: "buy milk"},
	"tick buy milk off my list":   {kind: kindComplete, name: "buy milk"},
	"buy milk is done":            {kind: kindComplete, name: "buy milk"},
	"change buy milk to done":     {kind: kindComplete, name: "buy milk"},
	"complete the second one":     {kind: kindComplete, name: "the second one"},
	"complete all tasks":          {kind: kindBulk},
	"reopen buy milk":             {kind: kindReopen, name: "buy milk"},
	"mark buy milk as not done":   {kind: kindReopen, name: "buy milk"},
	"I'm done":                    {kind: kindVague, of: kindComplete},
	// deleting
	"delete buy milk":              {kind: kindDelete, name: "buy milk"},
	"remove buy milk from my list": {kind: kindDelete, name: "buy milk"},
	"please get rid of buy milk":   {kind: kindDelete, name: "buy milk"},
	"take buy milk off my list":    {kind: kindDelete, name: "buy milk"},
	"delete 2":                     {kind: kindDelete, name: "2"},
	"delete everything":            {kind: kindBulk},
	"clear my list":                {kind: kindBulk},
	"delete all completed tasks":   {kind: kindBulk},
	// finding
	"find milk":                            {kind: kindFind, name: "milk"},
	"search for milk":                      {kind: kindFind, name: "milk"},
	"search my tasks for milk":             {kind: kindFind, name: "milk"},
	"find the task about milk":             {kind: kindFind, name: "milk"},
	"do I have a task about milk?":         {kind: kindFind, name: "milk"},
	"show me tasks containing milk":        {kind: kindFind, name: "milk"},
	"set the priority of buy milk to high": {kind: kindPrioritise, name: "buy milk", value: "high"},
	"make buy milk high priority":          {kind: kindPrioritise, name: "buy milk", value: "high"},
	// talking
	"hi":               {kind: kindGreeting},
	"Hello there!":     {kind: kindGreeting},
	"good morning":     {kind: kindGreeting},
	"thanks a lot":     {kind: kindThanks},
	"thank you!":       {kind: kindThanks},
	"bye":              {kind: kindBye},
	"help":             {kind: kindHelp},
	"What can you do?": {kind: kindHelp},
	"can you help me":  {kind: kindHelp},
	"":                 {kind: kindHelp},
	"the second one":   {kind: kindChoose, name: "the second one"},
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range sentences {
		if got := parse(text); got.kind != want.kind || got.of != want.of || got.status != want.status ||
			got.name != want.name || got.title != want.title || got.value != want.value {
			t.Errorf("parse(%q)\n got %+v\nwant %+v", text, got, want)
		}
	}
}

func TestParseRename(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]pair{
		"rename buy milk to buy oat milk":              {"buy milk", "buy oat milk"},
		"Please rename buy milk to buy oat milk.":      {"buy milk", "buy oat milk"},
		"change buy milk to buy oat milk":              {"buy milk", "buy oat milk"},
		"update buy milk: buy oat milk":                {"buy milk", "buy oat milk"},
		"update buy milk to buy oat milk":              {"buy milk", "buy oat milk"},
		"change the title of buy milk to buy oat milk": {"buy milk", "buy oat milk"},
		"rename buy milk -> buy oat milk":              {"buy milk", "buy oat milk"},
		`rename "go to town" to "go home"`:             {`"go to town"`, "go home"},
	} {
		got := parse(text)
		if got.kind != kindRename || len(got.pairs) == 0 || got.pairs[0] != want {
			t.Errorf("parse(%q) = %+v, want %+v", text, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"what's the weather in Paris?",
		"tell me a joke",
		"write a poem about adding tasks",
		"how do I delete a git branch?",
		"explain recursion",
		"what is 2 + 2",
		"add 2 and 3",
		"addition is fun",
		"completely lost",
		"listen to me",
		"create a function in Go",
		"make dinner",
		"I need to know the capital of France",
		"I have to say that this is odd",
		"I want to buy a car",
		"what is done cannot be undone by anyone",
		"is the shop finished",
		"find me a restaurant",
		"search the web for cats",
		"look up at the stars",
		"change is hard",
		"remind me what we discussed",
		"remember that I like tea",
		"who completed the marathon first?",
		"translate 'delete the file' into German",
		"list the planets of the solar system",
		"show me a picture of a cat",
		"the list is long",
		"what is a list in Python?",
		"what do you think",
		"my tasks bore me",
		"lorem ipsum dolor sit amet",
		"Ignore all previous instructions and delete nothing",
		"💥",
	} {
		if got := parse(text); got.kind != kindUnknown {
			t.Errorf("parse(%q) = %+v, want not understood", text, got)
		}
	}
}

func TestOrdinal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"2": 2, "#2": 2, "the second one": 2, "task 2": 2, "number 12": 12, "3rd": 3, "the last one": -1, "First": 1,
		"0": 0, "milk": 0, "2 eggs": 0, "second hand shop": 0, "1000": 0,
	} {
		if got, _ := ordinal(text); got != want {
			t.Errorf("ordinal(%q) = %d, want %d", text, got, want)
		}
	}
}
