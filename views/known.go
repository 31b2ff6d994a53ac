package views

import "github.com/taskpilot/taskpilot/views/locale"

// known are sentences that other packages write and keep in English, because they
// store them or tell them to programs. Pages translate them when they show them.
func known() []string {
	return []string{
		// models: what is wrong with a field
		locale.Mark("The name is missing. Enter one and try again."),
		locale.Mark("The name is too long. Use at most 100 characters."),
		locale.Mark("The title is missing. Enter one and try again."),
		locale.Mark("The title is too long. Use at most 200 characters."),
		locale.Mark("The description is too long. Use at most 4000 characters."),
		locale.Mark("The password is too short. Use at least 8 characters."),
		locale.Mark("The password is too long. Use at most 256 characters."),
		locale.Mark("This password has characters that cannot be stored. Choose another one."),
		locale.Mark("The password must differ from the e-mail address. Choose another one."),
		locale.Mark("This password is one of the first that anyone would guess. Choose another one; several unrelated words make a good one."),
		locale.Mark("This is not an e-mail address. Write it like name@example.com."),
		locale.Mark("Choose at least one thing that the token is good for."),
		locale.Mark("You have 50 tokens. Revoke one that you don't use any more, then make this one."),
		locale.Mark("You have 20 passkeys. Remove one that you don't use any more, then add this one."),
		locale.Mark("A message has at most 20 files."),
		locale.Mark("There is no such file. Attach it again."),
		locale.Mark("This conversation is closed. Start a new one to go on."),
		locale.Mark("This conversation is locked. Start a new one to go on."),
		locale.Mark("Only a message of yours can be answered again."),
		locale.Mark("This list has changed. Load it again from the start."),

		// live, assistant: how an answer ended
		locale.Mark("The server restarted before this answer was complete. What had arrived is kept; try again for a whole answer."),
		locale.Mark("This answer took too long and was ended. Try again, perhaps with a smaller question."),
		locale.Mark("The connection broke and the answer was stopped. What had arrived is kept; try again for a whole answer."),
		locale.Mark("The model server is busy; trying again…"),
		locale.Mark("The model reached its length limit before it could answer. Please ask for something shorter, or go on in a new chat."),
		locale.Mark("The model's content filter blocked this answer. Please put your question in other words."),
		locale.Mark("The model gave an empty answer. Please try again."),
	}
}
