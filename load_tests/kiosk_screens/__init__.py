"""The kiosk's touch screen as a picture: one visit, from the first screen to the printed certificate."""
