package command

import "encoding/json"

// write puts the results into the file of -json, if one was asked for.
func (c *common) write(results any) error {
	if c.file == nil {
		return nil
	}
	e := json.NewEncoder(c.file)
	e.SetIndent("", "  ")
	err := e.Encode(results)
	if e := c.file.Close(); err == nil {
		err = e
	}
	return err
}
