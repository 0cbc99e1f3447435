class CustomException extends Error {}

exports.handler = async () => {
  throw new CustomException('some error occurred');
};
