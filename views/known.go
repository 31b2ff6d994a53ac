package views

import "github.com/taskpilot/taskpilot/views/locale"

// known are sentences that other packages write and keep in English, because they
// store them or tell them to programs. Pages translate them when they show them.
func known() []string {
	return append(saidSentences(), []string{
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
		locale.Mark("This chat is closed. Start a new one to go on."),
		locale.Mark("This chat is locked. Start a new one to go on."),
		locale.Mark("Only a message of yours can be answered again."),
		locale.Mark("This list has changed. Load it again from the start."),

		// models/files: why a file is not taken
		locale.Mark("The file is too large: at most %s."),
		locale.Mark("The picture is too large: at most %d million pixels, with 16 bits a colour half of that."),
		locale.Mark("The picture can’t be read: it is damaged or not of the kind that its beginning says."),
		locale.Mark("Your files would take more than %s. Delete chats with files that you don’t need."),
		locale.Mark("You have %d files that are in no message. Send or remove some of them first."),
		locale.Mark("This file has arrived already. Attach it anew to send another."),
		locale.Mark("The file is no picture, although its type says so."),
		locale.Mark("The file did not arrive whole. Try again."),
		locale.Mark("The file is empty."),
		locale.Mark("Files of this kind are not taken: %s. %s"),
		locale.Mark("Files of this kind are not taken. %s"),
		locale.Mark("Attach a picture (PNG, JPEG, GIF, WebP), a PDF, a text or code file, an office document or a sound."),
		locale.Mark("web pages"),
		locale.Mark("SVG pictures"),
		locale.Mark("archives"),
		locale.Mark("programs"),
		locale.Mark("The file is no text in UTF-8. Save it as UTF-8, or attach another."),

		// models/portable: why a file or an entry of it is not imported
		locale.Mark("This is not an export that TaskPilot can read. It reads its own, and those of ChatGPT, Open WebUI and LibreChat: the file as you got it, zip or JSON."),
		locale.Mark("This zip file is damaged or not complete. Download it again."),
		locale.Mark("This zip file has too many files in it."),
		locale.Mark("This file unpacks to more than 1 GB of text. Split it and import the parts."),
		locale.Mark("This file is too large: at most 512 MB. If it is an archive with many pictures, take the JSON files out of it and import those."),
		locale.Mark("There are no chats in this file."),
		locale.Mark("It is not a chat."),
		locale.Mark("It has no messages."),
		locale.Mark("It has more than 20,000 messages."),
		locale.Mark("One of its messages is longer than 4 MB."),
		locale.Mark("Its messages follow each other in a circle."),
		locale.Mark("It is not complete, or not valid JSON."),
		locale.Mark("It was made by a newer TaskPilot. Update this one first."),
		locale.Mark("One of its messages can't be read."),
		locale.Mark("It is larger than 32 MB."),
		locale.Mark("It is nested too deeply."),
		locale.Mark("The file ends in the middle of it."),
		locale.Mark("The file has more than 100,000 entries; the rest is left out."),

		// assistant: why a recording was not written down
		locale.Mark("This kind of recording can't be written down. Send webm, mp4, ogg, mp3, wav or flac."),
		locale.Mark("This recording is too long. Please record a shorter one."),
		locale.Mark("This recording is too long for the speech server. Please record a shorter one."),
		locale.Mark("The speech server didn't answer. Please try again, or write instead."),
		locale.Mark("The speech server is busy or has a problem of its own. Please try again in a moment."),
		locale.Mark("The speech server could not use this recording. Please record it again."),
		locale.Mark("The speech server's answer can't be read. Ask whoever runs this TaskPilot to check TRANSCRIBE_BASE_URL."),
		locale.Mark("The speech server doesn't accept TaskPilot's key. Ask whoever runs this TaskPilot to check TRANSCRIBE_API_KEY."),
		locale.Mark("The speech server doesn't know the model, or has another address. Ask whoever runs this TaskPilot to check TRANSCRIBE_MODEL and TRANSCRIBE_BASE_URL."),
		locale.Mark("The account at the speech server has no credit left. Ask whoever runs this TaskPilot to check its plan."),

		// models, handlers: what the audit log says of an event
		locale.Mark("password"),
		locale.Mark("passkey"),
		locale.Mark("invitation"),
		locale.Mark("everything"),

		// live, assistant, models: how an answer ended
		locale.Mark("An administrator of this server stopped this answer."),
		locale.Mark("The server restarted before this answer was complete. What had arrived is kept; try again for a whole answer."),
		locale.Mark("The server can't store anything at the moment, so this answer was ended. What had arrived is kept; try again later."),
		locale.Mark("This answer took too long and was ended. Try again, perhaps with a smaller question."),
		locale.Mark("The connection broke and the answer was stopped. What had arrived is kept; try again for a whole answer."),
		locale.Mark("Something went wrong while answering. Please try again."),
	}...)
}
