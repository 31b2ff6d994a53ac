package chatkit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
	"github.com/taskpilot/taskpilot/chatkit/memstore"
)

// A whole server: a store, a responder, and an http.Handler for the one URL that
// a ChatKit front end is given.
func ExampleServer() {
	echo := chatkit.ResponderFunc(func(_ context.Context, turn *chatkit.Turn) error {
		answer := &chatkit.AssistantMessage{}
		if err := turn.Emit(chatkit.ItemAdded{Item: answer}); err != nil {
			return err
		}
		for _, word := range strings.SplitAfter(turn.Input.Text(), " ") {
			if err := turn.Emit(chatkit.ItemUpdated{ItemID: answer.ID, Update: chatkit.TextDelta{Delta: word}}); err != nil {
				return err
			}
		}
		answer.Content = []*chatkit.OutputText{{Text: turn.Input.Text()}}
		turn.SetTitle("An echo")
		return turn.Emit(chatkit.ItemDone{Item: answer})
	})
	server := &chatkit.Server{Store: memstore.New(nil), Responder: echo}

	// What a front end sends and gets:
	body := `{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"Hello there"}]}}}`
	reply := httptest.NewRecorder()
	server.ServeHTTP(reply, httptest.NewRequest("POST", "/chatkit", strings.NewReader(body)))

	events := chatkit.NewEventReader(reply.Body, 1<<20)
	for {
		ev, err := events.Next()
		if err != nil {
			break
		}
		fmt.Println(ev.EventType())
	}
	// Output:
	// thread.created
	// thread.item.done
	// stream_options
	// thread.item.added
	// thread.item.updated
	// thread.item.updated
	// thread.item.done
	// thread.updated
}

func ExampleDecodeRequest() {
	req, err := chatkit.DecodeRequest([]byte(`{"type":"threads.list","params":{"limit":9999},"metadata":null}`))
	fmt.Println(req.RequestType(), chatkit.Streaming(req), req.(*chatkit.ListThreadsRequest).Size(), err)

	_, err = chatkit.DecodeRequest([]byte(`{"type":"threads.delete","params":{"thread_id":"thr_1","thread_id":"thr_2"}}`))
	fmt.Println(err)
	// Output:
	// threads.list false 100 <nil>
	// chatkit: request: is not usable JSON: the key "thread_id" appears twice
}

// A client keeps what it shows in a Fold.
func ExampleFold() {
	var fold chatkit.Fold
	for _, raw := range []string{
		`{"type":"thread.item.added","item":{"id":"msg_1","thread_id":"thr_1","created_at":"2026-01-02T03:04:05Z","type":"assistant_message","content":[]}}`,
		`{"type":"thread.item.updated","item_id":"msg_1","update":{"type":"assistant_message.content_part.text_delta","content_index":0,"delta":"Hel"}}`,
		`{"type":"thread.item.updated","item_id":"msg_1","update":{"type":"assistant_message.content_part.text_delta","content_index":0,"delta":"lo"}}`,
	} {
		ev, err := chatkit.UnmarshalEvent([]byte(raw))
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := fold.Apply(ev); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(fold.Item("msg_1").(*chatkit.AssistantMessage).Text(), fold.Pending("msg_1"))
	// Output: Hello true
}

// A server whose answers outlive the request uses the pieces that Server is made
// of: a Planner for what a request asks for, and a Pending for what each event of
// the answer means for its own store and its own clients.
func ExamplePending() {
	answer := chatkit.Pending{ThreadID: "thr_1"}
	message := &chatkit.AssistantMessage{}
	show := func(what string, fx chatkit.Effects) {
		fmt.Printf("%s: save %d, remove %d, send %d\n", what, len(fx.Save), len(fx.Remove), len(fx.Send))
	}
	for _, ev := range []chatkit.Event{
		chatkit.ItemAdded{Item: message},
		chatkit.ItemDone{Item: &chatkit.HiddenContext{Content: []byte(`"for the model only"`)}},
	} {
		fx, err := answer.Apply(ev)
		if err != nil {
			fmt.Println(err)
			return
		}
		show(ev.EventType(), fx)
	}
	fx, err := answer.Apply(chatkit.ItemUpdated{ItemID: message.ID, Update: chatkit.TextDelta{Delta: "Well, "}})
	if err != nil {
		fmt.Println(err)
		return
	}
	show("a delta", fx)
	show("stopped", answer.Cancel()) // the partial message, and a note to the model
	// Output:
	// thread.item.added: save 0, remove 0, send 1
	// thread.item.done: save 1, remove 0, send 0
	// a delta: save 0, remove 0, send 1
	// stopped: save 2, remove 0, send 0
}

// A client tool runs in the browser. Emitting its call ends the answer; what the
// tool returned comes with the next request, and the answer goes on without an
// Input.
func ExampleClientToolCall() {
	responder := chatkit.ResponderFunc(func(ctx context.Context, turn *chatkit.Turn) error {
		if turn.Input != nil {
			return turn.Emit(chatkit.ItemDone{Item: &chatkit.ClientToolCall{
				Status: chatkit.CallPending, CallID: "call_1", Name: "get_selection", Arguments: json.RawMessage(`{"max":1}`)}})
		}
		items, err := turn.Recent(ctx, 1)
		if err != nil {
			return err
		}
		call := items[0].(*chatkit.ClientToolCall)
		return turn.Emit(chatkit.ItemDone{Item: &chatkit.AssistantMessage{
			Content: []*chatkit.OutputText{{Text: "You selected " + string(call.Output) + "."}}}})
	})
	server := &chatkit.Server{Store: memstore.New(nil), Responder: responder}
	ask := func(body string) (threadID string) {
		req, err := chatkit.DecodeRequest([]byte(body))
		if err != nil {
			fmt.Println(err)
			return ""
		}
		_, err = server.Handle(context.Background(), req, func(ev chatkit.Event) error {
			switch ev := ev.(type) {
			case chatkit.ThreadCreated:
				threadID = ev.Thread.ID
			case chatkit.ItemDone:
				switch it := ev.Item.(type) {
				case *chatkit.ClientToolCall:
					fmt.Println("the browser is to run", it.Name, string(it.Arguments))
				case *chatkit.AssistantMessage:
					fmt.Println(it.Text())
				}
			}
			return nil
		})
		if err != nil {
			fmt.Println(err)
		}
		return threadID
	}
	id := ask(`{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"What did I select?"}]}}}`)
	ask(`{"type":"threads.add_client_tool_output","params":{"thread_id":"` + id + `","result":"three words"}}`)
	// Output:
	// the browser is to run get_selection {"max":1}
	// You selected "three words".
}

// A Store keeps threads and items for the person whom the context names. This
// one of package memstore tells people apart by a value of yours.
func ExampleStore() {
	type key struct{}
	var store chatkit.Store = memstore.New(func(ctx context.Context) string {
		person, _ := ctx.Value(key{}).(string)
		return person
	})
	ann, bob := context.WithValue(context.Background(), key{}, "ann"), context.WithValue(context.Background(), key{}, "bob")
	err := store.SaveThread(ann, &chatkit.Thread{ID: "thr_1", Title: "Ann's"})
	fmt.Println(err)
	_, err = store.LoadThread(bob, "thr_1")
	fmt.Println(errors.Is(err, chatkit.ErrNotFound))
	// Output:
	// <nil>
	// true
}
